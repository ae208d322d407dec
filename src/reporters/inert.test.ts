import { describe, expect, it } from 'vitest';
import { safeLine } from '../base/safe-text.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { loadReporter, plainLook, reporterNames } from './index.ts';
import { inertJson } from './inert.ts';

const hostile = sampleResults.hostile!;
const steering =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

describe('hostile text', () => {
  it.each(reporterNames)('steers no terminal in the format %s', async (name) => {
    const text = (await loadReporter(name)).render(hostile, { ...plainLook, verbose: true });
    expect(text.match(steering)).toBeNull();
  });

  it.each(reporterNames)('gives no command to a CI runner in the format %s', async (name) => {
    const text = (await loadReporter(name)).render(hostile, { ...plainLook, verbose: true });
    const commands = text.split('\n').filter((line) => /^\s*::[a-z]/i.test(line) || line.includes('##['));
    expect(commands.filter((line) => !/^::(error|notice) title=[^:]*::[^\n]*$/.test(line))).toEqual([]);
    if (name !== 'github') expect(commands).toEqual([]);
    else expect(commands).toHaveLength(3);
  });

  it('cannot forge a test point or end a block of TAP', async () => {
    const lines = (await loadReporter('tap')).render(hostile, plainLook).split('\n');
    expect(lines.filter((line) => /^(not )?ok /.test(line))).toHaveLength(hostile.checks.length);
    expect(lines.filter((line) => line === '  ...')).toHaveLength(2);
  });

  it('cannot open or close an element of XML or HTML', async () => {
    const xml = (await loadReporter('junit')).render(hostile, plainLook);
    expect(xml.match(/<testcase\b/g)).toHaveLength(hostile.checks.length);
    expect(xml).not.toContain('<script');
    const page = (await loadReporter('html')).render(hostile, plainLook);
    expect(page.match(/<script\b/g)).toHaveLength(1);
    expect(page.match(/<details class="check /g)).toHaveLength(hostile.checks.length);
  });

  it('is no link, image, mention or table cell of Markdown', async () => {
    const text = (await loadReporter('markdown')).render(hostile, plainLook);
    const outside = text.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '').replace(/(`+)[\s\S]*?\1/g, '');
    expect(outside).not.toMatch(/@everyone|https?:\/\/evil|!\[|<script/);
  });

  it('is the same again after a parser of JSON', async () => {
    const text = (await loadReporter('json')).render(hostile, plainLook);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(hostile)));
  });
});

describe('safeLine', () => {
  it('leaves addresses and casts as they are', () => {
    expect(safeLine('[::1]:8000 select a::text')).toBe('[::1]:8000 select a::text');
  });

  it('shows a command of a CI runner as what it is', () => {
    expect(safeLine(' ::set-output name=a::b')).toBe('\\u003a:set-output name=a::b');
    expect(safeLine('x ##[group]y')).toBe('x #\\u0023[group]y');
  });
});

describe('inertJson', () => {
  it('keeps what needs two halves', () => {
    expect(inertJson('"😀 \ud800"')).toBe('"😀 \\ud800"');
  });
});

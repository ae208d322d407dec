import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { originOf } from './origin.ts';
import { endOfWaiver } from './waivers.ts';
import { addWaivers } from './waivers-file.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'waivers-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => path.join(folder, 'meatymusic.waivers.yaml');
const load = () => loadConfig({ cwd: folder, env: {} });
const entry = { check: 'api/health', reason: 'ticket 12', owner: 'ana', until: '2026-12-24' };

describe('the end of a waiver', () => {
  it.each([
    ['2026-12-24', '2026-12-25T00:00:00.000Z'],
    ['2028-02-29', '2028-03-01T00:00:00.000Z'],
    ['2026-12-24T18:00:00Z', '2026-12-24T18:00:00.000Z'],
    ['2026-12-24T18:00', '2026-12-24T18:00:00.000Z'],
    ['2026-12-24T18:00:00+02:00', '2026-12-24T16:00:00.000Z'],
  ])('%s is %s: a day is included, and the zone is UTC', (until, end) => {
    expect(new Date(endOfWaiver(until) as number).toISOString()).toBe(end);
  });

  it.each(['2026-02-30', '2026-13-01', '24.12.2026', 'tomorrow', '2w', '', '2026-12-24T25:00'])(
    'is not %j',
    (until) => {
      expect(endOfWaiver(until)).toBeUndefined();
    },
  );
});

describe('meatymusic.waivers.yaml', () => {
  it('is added to the waivers of the configuration, each with its place', async () => {
    writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify({ waivers: [entry] }, null, 1));
    writeFileSync(file(), `# known\n- { check: 'web/*', reason: r, owner: ben, until: 2026-12-01 }\n`);
    const { config, origins } = await load();
    expect(config.waivers.map(({ check }) => check)).toEqual(['api/health', 'web/*']);
    expect(originOf(origins, 'waivers.0').text).toBe('meatymusic.config.json:3');
    expect(originOf(origins, 'waivers.1').text).toBe('meatymusic.waivers.yaml:2');
  });

  it('is refused with every problem at its line, beside those of the configuration', async () => {
    writeFileSync(path.join(folder, 'meatymusic.config.yaml'), `waivers:\n  - check: a/b\n    owner: me\n`);
    writeFileSync(
      file(),
      ['- check: api/health', '  until: 2026-02-30', '- check: x', '  color: red', '- hello', ''].join('\n'),
    );
    await expect(load()).rejects.toMatchObject({
      exitCode: 78,
      details: [
        'meatymusic.config.yaml:2: waivers.0.reason is missing',
        'meatymusic.config.yaml:2: waivers.0.until is missing',
        'meatymusic.waivers.yaml:1: waivers.1.reason is missing',
        'meatymusic.waivers.yaml:1: waivers.1.owner is missing',
        expect.stringMatching(/^meatymusic.waivers.yaml:2: waivers.1.until is not a date/),
        'meatymusic.waivers.yaml:3: waivers.2.reason is missing',
        'meatymusic.waivers.yaml:3: waivers.2.owner is missing',
        'meatymusic.waivers.yaml:3: waivers.2.until is missing',
        expect.stringContaining('waivers.yaml:4: waivers.2.color is not known; known here: check, service'),
        'meatymusic.waivers.yaml:5: waivers.3 is not an object',
      ],
    });
  });

  it.each([
    ['a map', 'waivers: []', 'is not a list of waivers'],
    ['no YAML', '- [', 'YAML:'],
  ])('is refused where it is %s', async (_what, text, problem) => {
    writeFileSync(file(), text);
    await expect(load()).rejects.toMatchObject({ exitCode: 78, details: [expect.stringContaining(problem)] });
  });

  it('may be empty or hold comments alone', async () => {
    writeFileSync(file(), '# none\n');
    expect((await load()).config.waivers).toEqual([]);
  });
});

describe('addWaivers', () => {
  it.each([
    ['where there is no file', undefined],
    ['to comments alone', '# none yet'],
    [
      'and keeps comments and an end without a newline',
      '# first\n- check: a/b # why\n  reason: r\n  owner: o\n  until: 2026-01-01',
    ],
    ['at the indent of the list', '  - check: a/b\n    reason: r\n    owner: o\n    until: 2026-01-01\n'],
  ])('adds %s', async (_how, before) => {
    if (before !== undefined) writeFileSync(file(), before);
    const hostile = { ...entry, reason: 'it\'s: "odd" # {x}\n- y', owner: 'true', code: 'wrong' };
    addWaivers(folder, [hostile]);
    addWaivers(folder, [entry]);
    expect(readFileSync(file(), 'utf8').startsWith(before ?? '# Failures')).toBe(true);
    expect((await load()).config.waivers.slice(-2)).toEqual([hostile, entry]);
  });

  it('changes nothing where nothing can be appended, and returns the lines to add', () => {
    writeFileSync(file(), '[]\n');
    expect(() => addWaivers(folder, [entry])).toThrow(
      expect.objectContaining({
        code: 'waivers-not-added',
        details: expect.arrayContaining(['- check: api/health']),
      }),
    );
    expect(readFileSync(file(), 'utf8')).toBe('[]\n');
  });
});

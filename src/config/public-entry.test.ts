import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as entry from './public-entry.ts';

const sources = ['../check', '.', '../base', '../services'].flatMap((folder) => {
  const from = path.join(import.meta.dirname, folder);
  return readdirSync(from, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
    .map((name) => readFileSync(path.join(from, name), 'utf8'));
});
const text = readFileSync(path.join(import.meta.dirname, 'public-entry.ts'), 'utf8');
const names = [...text.matchAll(/^export \{([^}]*)\}/gm)]
  .flatMap(([, list = '']) => list.split(','))
  .map((name) => name.replace('type ', '').trim())
  .filter(Boolean);

/** The comment directly before the declaration of an exported name. */
function commentOf(name: string): string | undefined {
  const declared = new RegExp(
    `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*(?://.*\\s+)?export (?:(?:type|interface|class|const|(?:async )?function) ${name}\\b|\\* as ${name} )`,
  );
  return sources.map((source) => declared.exec(source)?.[1]).find(Boolean);
}

describe('the names that a check, a plugin or a configuration file imports', () => {
  it('are these', () => {
    expect(names.sort().join(' ')).toMatchInlineSnapshot(
      `"CheckContext CheckDefinition CheckOption CheckOptions Effects Evidence Examined Exchanged Fail FailureCode HttpRequest HttpResponse Json LogRecord Look Pass Plugin PluginRunner ProbeError ProbeName Probes ReporterDefinition Sabotage ServiceKind ServiceName Skip SpanData SqlOutcome SqlStep StackInfo Verdict attempt counted defineCheck defineConfig definePlugin defineReporter defineServiceKind enabledServices exchange fact option serviceUrl settingsOf v"`,
    );
    expect(names).toEqual(expect.arrayContaining(Object.keys(entry)));
  });

  it.each(names)('%s has a comment', (name) => {
    expect(commentOf(name)).toBeDefined();
  });

  it.each(Object.keys(entry).filter((name) => name !== 'v' && name !== 'ProbeError'))(
    '%s has an example',
    (name) => {
      expect(commentOf(name)).toContain('@example');
    },
  );
});

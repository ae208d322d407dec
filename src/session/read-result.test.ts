import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleResults } from '../testing/sample-results.ts';
import { readResult } from './read-result.ts';

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'result-')));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string) => {
  writeFileSync(path.join(folder, 'main.json'), text);
  return readResult(path.join(folder, 'main.json'), folder);
};
const pretty = (value: unknown) => JSON.stringify(value, null, 1);

describe('readResult', () => {
  it.each(Object.entries(sampleResults))('reads a saved result: %s', (_, result) => {
    // Lone surrogates are escapes in JSON, and the same afterwards.
    expect(read(pretty(result))).toEqual(JSON.parse(pretty(result)));
  });

  it.each<[string, string, string]>([
    ['is cut', pretty(sampleResults.trouble).slice(0, 200), 'JSON syntax: '],
    ['is empty', '', 'main.json:1: JSON syntax'],
    [
      'is another version',
      pretty({ schemaVersion: 99 }),
      'main.json:2: schemaVersion 99 is not known; this meatymusic reads version 2',
    ],
    ['is something else', '[]', 'is no result of verify: schemaVersion is missing'],
    ['does not fit', pretty({ ...sampleResults.trouble, ok: 'yes' }), 'ok is not true or false'],
  ])('refuses a file that %s, with its line', (_what, text, problem) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        exitCode: 78,
        code: 'bad-result',
        details: [expect.stringContaining(problem)],
      }),
    );
  });

  it('refuses a file that is not there', () => {
    expect(() => readResult(path.join(folder, 'no.json'), folder)).toThrow(
      expect.objectContaining({
        exitCode: 78,
        details: [expect.stringContaining('no.json: cannot be read')],
      }),
    );
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../base/errors.ts';
import type { CheckResult, RunResult } from '../check/result.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { blob } from './blob.ts';
import { mergeSaved } from './merge-saved.ts';
import { plainLook } from './reporter.ts';
import { readSavedResults } from './saved-results.ts';

const trouble = sampleResults.trouble as RunResult;
const [first] = trouble.checks as [CheckResult];
const picture = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
const pictured = (label: string): RunResult => ({
  ...trouble,
  checks: [{ ...first, evidence: [{ kind: 'file', label, path: 'a.png', mediaType: 'image/png' }] }],
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'saved-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: unknown) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
};
const read = (...names: string[]) => readSavedResults(names, folder);
const refusal = (...names: string[]) =>
  read(...names).then(
    () => undefined,
    ({ code, exitCode, details }: Fault) => ({ code, exitCode, details }),
  );
const textOf = (result: RunResult, look = {}) =>
  String(Object.values(blob.files(result, { ...plainLook, ...look }))[0]);

describe('a saved result', () => {
  it.each(Object.entries(sampleResults))('is the same after a blob: %s', async (_, result) => {
    write('blob.json', textOf(result));
    const { results } = await read('blob.json');
    expect(mergeSaved(results).result).toEqual(JSON.parse(JSON.stringify(result)));
  });

  it('is the same after the reporter json', async () => {
    write('out/result.json', trouble);
    expect((await read('out/result.json')).results[0]?.result).toEqual(JSON.parse(JSON.stringify(trouble)));
  });

  it('keeps pictures and history', async () => {
    const past = [{ startedAt: '2026-01-01T00:00:00.000Z', status: 'fail' as const }];
    write('blob.json', textOf(pictured('page'), { picture: () => picture, history: () => past }));
    const merged = mergeSaved((await read('.')).results);
    expect(merged.picture('a.png')).toEqual(picture);
    expect(merged.history(first.id)).toEqual(past);
    expect(merged.history('x/other')).toEqual([]);
  });

  it('keeps the pictures of each shard, which have the same names', async () => {
    for (const index of [1, 2]) {
      const result = { ...pictured('page'), shard: { index, count: 2, checks: [`x/${index}`] } };
      const checks = result.checks.map((check) => ({ ...check, id: `x/${index}` }));
      const shared = { ...result, checks, shard: { index, count: 2, checks: ['x/1', 'x/2'] } };
      write(
        `${index}/blob.json`,
        textOf(shared, { picture: () => Buffer.concat([picture, Buffer.from([index])]) }),
      );
    }
    const { result, picture: read2 } = mergeSaved((await read('.')).results);
    const paths = result.checks.flatMap(({ evidence }) =>
      evidence.map((each) => 'path' in each && each.path),
    );
    expect(paths).toEqual(['shard-1/a.png', 'shard-2/a.png']);
    expect(paths.map((name) => read2(String(name))?.at(-1))).toEqual([1, 2]);
  });
});

describe('a folder', () => {
  it('has its results read, at any depth, and other JSON ignored', async () => {
    write('blob-1/blob-1-of-1.json', textOf(trouble));
    write('run.json', { bundleVersion: 1 });
    const { results, ignored } = await read('.');
    expect(results.map(({ file }) => file)).toEqual(['blob-1/blob-1-of-1.json']);
    expect(ignored).toEqual(['run.json']);
  });

  it('has a file read once that is named beside it', async () => {
    write('reports/blob.json', textOf(trouble));
    expect((await read('reports/blob.json', 'reports', './reports')).results).toHaveLength(1);
  });

  it('is refused without a result', async () => {
    write('run.json', {});
    write('reports/other.json', {});
    expect(await refusal('reports', 'missing', 'run.json')).toEqual({
      code: 'no-result',
      exitCode: 2,
      details: [
        'reports holds no result',
        'missing does not exist',
        'run.json is JSON, but neither a result of `verify --reporter json` nor a blob',
      ],
    });
  });
});

describe('a damaged result', () => {
  it.each<[string, unknown, string]>([
    ['cut in the middle', textOf(trouble).slice(0, 900), ':1: ends in the middle: the file is truncated'],
    [
      'cut in the middle, over lines',
      '{\n "schemaVersion": 2,\n "checks": [\n',
      ':4: ends in the middle: the file is truncated',
    ],
    ['of a line with a mistake', '{\n "schemaVersion": oops,\n "checks": []\n}', ':2: JSON syntax'],
    ['that is empty', '', ': is empty'],
    [
      'of an unknown version',
      { ...trouble, schemaVersion: 99 },
      ': its schemaVersion is 99, and this version of meatymusic reads 2',
    ],
    [
      'of an unknown version of the blob',
      { blobVersion: 7, result: trouble, pictures: {} },
      ': its blobVersion is 7, and this version of meatymusic reads 1',
    ],
    [
      'of a blob with an unknown version of the result',
      { blobVersion: 1, result: { ...trouble, schemaVersion: 'x' }, pictures: {} },
      ': its schemaVersion is "x", and this version of meatymusic reads 2',
    ],
    [
      'with a verdict that does not exist',
      { ...trouble, checks: [{ ...first, status: 'fine' }] },
      expect.stringContaining(': checks.0.status is none of'),
    ],
    [
      'with a picture that is cut',
      { blobVersion: 1, result: trouble, pictures: { 'a.png': { bytes: 9, base64: 'AAAA' } } },
      ': the picture a.png has 3 of 9 bytes',
    ],
  ])('%s is reported with its file and place, beside the others', async (_, content, problem) => {
    write('bad.json', content);
    write('good.json', trouble);
    const found = await refusal('.');
    expect(found).toMatchObject({ code: 'bad-result', exitCode: 78 });
    expect(found?.details.map((line) => line.replace(/^bad\.json/, ''))).toEqual([problem]);
    expect(found?.details[0]).toMatch(/^bad\.json/);
  });
});

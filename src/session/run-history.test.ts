import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../base/redact.ts';
import type { RunResult } from '../check/result.ts';
import type { Project } from '../config/project.ts';
import { configOf } from '../config/schema.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { createPastVerdicts, durations, historyOf, readHistory, recordHistory } from './run-history.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'history-')));
});
afterEach(() => rmSync(root, { recursive: true }));

const project = (): Project => ({
  config: configOf({}),
  origins: new Map(),
  root,
  env: {},
  redact: createRedactor(),
});
const record = (limitBytes?: number, result = sampleResults.trouble as RunResult) =>
  recordHistory(project(), result, {
    revision: { commit: 'abc', isClean: true },
    serviceOf: (id) => id.split('/')[0],
    ...(limitBytes !== undefined && { limitBytes }),
  });
const file = (name = 'history.jsonl') => path.join(root, '.meatymusic', name);

describe('the record of runs', () => {
  it('has a line for each check of a run', () => {
    expect(record()).toBeUndefined();
    const { entries, problems } = readHistory(root);
    expect(problems).toEqual([]);
    expect(entries).toHaveLength(sampleResults.trouble?.checks.length ?? 0);
    expect(entries.find(({ check }) => check === 'database/connects')).toMatchObject({
      service: 'database',
      status: 'fail',
      code: 'unreachable',
      attempts: 1,
      commit: 'abc',
      isClean: true,
      at: '2026-01-02T03:04:05.678Z',
    });
    expect(historyOf('cache/round-trip', readHistory(root))).toEqual([
      { startedAt: '2026-01-02T03:04:05.678Z', status: 'pass' },
    ]);
    expect(durations(root).get('api/health')).toBe(12.5);
  });

  it('has the same durations for each shard of a run, whichever ran before', () => {
    record();
    const before = durations(root);
    const whole = sampleResults.trouble as RunResult;
    const checks = whole.checks.map((check) => ({ ...check, durationMs: check.durationMs * 50 }));
    record(undefined, {
      ...whole,
      checks,
      shard: { index: 1, count: 2, checks: checks.map(({ id }) => id) },
    });
    expect(readHistory(root).entries).toHaveLength(2 * checks.length);
    expect(durations(root)).toEqual(before);
  });

  it('gives a report the earlier runs of the same setup, without the one that is reported', () => {
    const earlier = sampleResults.trouble as RunResult;
    const now = { ...earlier, startedAt: '2026-02-02T03:04:05.678Z' };
    record(undefined, earlier);
    record(undefined, { ...earlier, stack: { ...earlier.stack, runtime: 'external' } });
    record(undefined, now);
    const notes: string[] = [];
    const past = createPastVerdicts(project(), now, (text) => notes.push(text));
    expect(past('cache/round-trip')).toEqual([{ startedAt: earlier.startedAt, status: 'pass' }]);
    rmSync(file());
    mkdirSync(file());
    expect(createPastVerdicts(project(), now, (text) => notes.push(text))('cache/round-trip')).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('the report shows no earlier runs: ')]);
  });

  it('loses one line of a run that was killed while it wrote, and names it', () => {
    record();
    const whole = readHistory(root).entries.length;
    truncateSync(file(), readFileSync(file()).length - 20);
    record();
    const { entries, problems } = readHistory(root);
    expect(entries).toHaveLength(2 * whole - 1);
    expect(problems).toEqual([`.meatymusic/history.jsonl:${whole} is not a whole entry and is skipped`]);
  });

  it('skips lines that are no entry, each with its line', () => {
    record();
    appendFileSync(file(), '{"check":1}\n\nno json\n');
    expect(readHistory(root).problems).toEqual([
      expect.stringMatching(/history\.jsonl:9 /),
      expect.stringMatching(/history\.jsonl:11 /),
    ]);
  });

  it('is bounded: a full file becomes the older one, which is replaced', () => {
    const each = sampleResults.trouble?.checks.length ?? 0;
    for (let run = 1; run <= 5; run++) record(1);
    expect(readHistory(root).entries).toHaveLength(2 * each);
    expect(
      readdirSync(path.join(root, '.meatymusic'))
        .filter((name) => name.startsWith('history'))
        .sort(),
    ).toEqual(['history.1.jsonl', 'history.jsonl']);
  });

  it('is empty where nothing was recorded, and for a run that examined nothing', () => {
    expect(record(undefined, sampleResults['all-skipped'] as RunResult)).toBeUndefined();
    expect(readHistory(root)).toEqual({ entries: [], problems: [] });
  });

  it('reports why it cannot be written, and fails nothing', () => {
    record();
    rmSync(path.join(root, '.meatymusic'), { recursive: true });
    appendFileSync(path.join(root, '.meatymusic'), '');
    expect(record()).toMatch(/^this run is not in the record of runs: /);
  });
});

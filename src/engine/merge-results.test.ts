import { describe, expect, it } from 'vitest';
import type { CheckResult, RunResult } from '../check/result.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { mergeResults, type NamedResult } from './merge-results.ts';
import { runResultOf } from './results.ts';
import { problemsOfShards } from './shards-fit.ts';

const template = sampleResults['all-well'] as RunResult;
const [passed] = template.checks as [CheckResult];
const divided = ['x/a', 'x/b', 'x/c'];

const check = (id: string, change: Partial<CheckResult> = {}): CheckResult => ({
  ...passed,
  id,
  area: 'x',
  ...change,
});
const failed: Partial<CheckResult> = { status: 'fail', code: 'wrong', expected: 'a', actual: 'b' };

function shard(
  index: number,
  checks: CheckResult[],
  change: Partial<RunResult> = {},
  count = 2,
): NamedResult {
  const { stack, startedAt, durationMs } = template;
  const result = runResultOf({
    checks,
    excluded: [],
    stack,
    startedAt,
    durationMs,
    endedBy: undefined,
    internalError: undefined,
    interruption: undefined,
    toolVersion: '1.2.3',
    traceId: undefined,
    labels: { shard: { index, count, checks: divided } },
  });
  return { file: `${index}.json`, result: { ...result, ...change } };
}

describe('mergeResults', () => {
  it('counts every check once, and passes where all shards do', () => {
    const merged = mergeResults([
      shard(2, [check('x/b'), check('x/first')]),
      shard(1, [check('x/a'), check('x/c'), check('x/first')]),
    ]);
    expect(merged).toMatchObject({ ok: true, exitCode: 0, summary: { total: 4, pass: 4 } });
    expect(merged.merged).toMatchObject({ missing: [], differing: [], shards: [{ index: 1 }, { index: 2 }] });
    expect(merged.shard).toBeUndefined();
  });

  it('keeps the worst verdict of a check that ran in several shards, and reports the difference', () => {
    const merged = mergeResults([
      shard(1, [check('x/a'), check('x/c'), check('x/first')]),
      shard(2, [check('x/b'), check('x/first', failed)]),
    ]);
    expect(merged).toMatchObject({ ok: false, exitCode: 1, summary: { pass: 3, fail: 1 } });
    expect(merged.merged?.differing).toEqual(['x/first: pass in shard 1, fail [wrong] in shard 2']);
  });

  it.each<[string, Partial<CheckResult>, Partial<CheckResult>, string]>([
    ['a failure over a waived one', failed, { ...failed, status: 'waived' }, 'fail'],
    ['a blocked one over a pass', {}, { status: 'blocked', blockedBy: ['x/z'] }, 'blocked'],
    ['a broken one over a failure', failed, { status: 'error', code: 'threw', actual: 'x' }, 'error'],
    ['a pass over a skip', { status: 'skip', reason: 'no browser' }, {}, 'pass'],
    [
      'a blocked one over an advisory failure',
      { ...failed, level: 'advisory' },
      { status: 'blocked' },
      'blocked',
    ],
  ])('takes %s', (_, one, other, status) => {
    const both = [shard(1, [check('x/a', one)]), shard(2, [check('x/a', other)])];
    for (const order of [both, [...both].reverse()])
      expect(mergeResults(order).checks[0]?.status).toBe(status);
  });

  it('is not ok where a shard is missing', () => {
    const merged = mergeResults([shard(1, [check('x/a'), check('x/c')])]);
    expect(merged).toMatchObject({ ok: false, exitCode: 2, merged: { missing: ['shard 2 of 2'] } });
  });

  it('is not ok where a check ran in no shard, as they were divided in different ways', () => {
    const merged = mergeResults([shard(1, [check('x/a'), check('x/b')]), shard(2, [check('x/b')])]);
    expect(merged).toMatchObject({ ok: false, exitCode: 2 });
    expect(merged.merged?.missing).toEqual(['the check x/c, which no shard ran,']);
  });

  it('passes where one of the shards was empty or skipped all of its checks', () => {
    const skipped = shard(2, [check('x/b', { status: 'skip', reason: 'no browser' })]);
    expect(skipped.result.exitCode).toBe(2);
    expect(mergeResults([shard(1, [check('x/a'), check('x/c')]), skipped])).toMatchObject({
      ok: true,
      exitCode: 0,
    });
    const empty = shard(2, []);
    const all = divided.map((id) => check(id));
    expect(mergeResults([shard(1, all), empty])).toMatchObject({ ok: true, exitCode: 0 });
  });

  it.each([
    [143, { endedBy: 'interrupted', exitCode: 143, ok: false }],
    [124, { endedBy: 'deadline', exitCode: 124, ok: false }],
    [70, { internalError: 'it broke', exitCode: 70, ok: false }],
    [1, { exitCode: 1, ok: false }],
  ] as const)('ends with %i where a shard did', (exitCode, change) => {
    const merged = mergeResults([shard(1, [check('x/a'), check('x/c')]), shard(2, [check('x/b')], change)]);
    expect(merged).toMatchObject({ ok: false, exitCode });
  });

  it('places the times of each shard on one line', () => {
    const later = new Date(Date.parse(template.startedAt) + 1000).toISOString();
    const merged = mergeResults([
      shard(1, [check('x/a', { startMs: 5 })]),
      shard(2, [check('x/b', { startMs: 5 })], { startedAt: later, durationMs: 3000 }),
    ]);
    expect(merged).toMatchObject({ startedAt: template.startedAt, durationMs: 4000 });
    expect(merged.checks.map(({ startMs }) => startMs)).toEqual([5, 1005]);
  });

  it.each<[string, Partial<CheckResult>, boolean, string | undefined]>([
    ['one whose checks pass in all shards', {}, true, 'each of the 2 checks passes again'],
    [
      'one whose checks fail in the other shard with another code',
      failed,
      true,
      'x/b fails with wrong, and not slow',
    ],
    ['none whose check is skipped in the other shard', { status: 'skip', reason: 'r' }, true, undefined],
    ['none that the other shard needed', {}, false, undefined],
  ])('reports as unused %s', (_, other, isUnneeded, why) => {
    const place = {
      check: 'x',
      code: 'slow',
      reason: 'r',
      owner: 'ana',
      until: '2027-01-01',
      where: 'w.yaml:2',
    };
    const waivers = [{ ...place, hasEnded: false, covers: ['x/a', 'x/b'] }];
    const part = (index: number, checks: CheckResult[], hasWaivers: boolean) => {
      const { file, result } = shard(index, checks);
      const own = { ...result.shard, ...(hasWaivers && { waivers }) } as RunResult['shard'];
      return { file, result: { ...result, ...(own && { shard: own }) } };
    };
    const merged = mergeResults([part(1, [check('x/a')], true), part(2, [check('x/b', other)], isUnneeded)]);
    expect(merged.unusedWaivers).toEqual(why && [{ ...place, why }]);
  });

  it('leaves a result that is not a shard as it is', () => {
    expect(mergeResults([{ file: 'a.json', result: template }])).toBe(template);
  });
});

describe('problemsOfShards', () => {
  const one = shard(1, [check('x/a')]);

  it('finds none in the shards of one run on stacks of their own', () => {
    const other = shard(2, [check('x/b')]);
    const { stack } = other.result;
    const api = { ...stack.services.api, url: 'http://127.0.0.1:54321' };
    other.result = { ...other.result, stack: { ...stack, services: { ...stack.services, api } } };
    expect(problemsOfShards([one, other])).toEqual([]);
  });

  it.each<[string, NamedResult, string]>([
    [
      'a shard that is there twice',
      { ...shard(1, []), file: 'copy.json' },
      'shard 1 of 2 is there twice: 1.json, copy.json',
    ],
    [
      'another number of shards',
      shard(2, [], {}, 3),
      'the number of shards differs: 2 in 1.json; 3 in 2.json',
    ],
    [
      'another commit',
      shard(2, [], { build: { commit: 'abc1234' } }),
      'the commit differs: none in 1.json; abc1234 in 2.json',
    ],
    [
      'another version',
      shard(2, [], { tool: { name: 'meatymusic', version: '2.0.0' } }),
      'the version of meatymusic differs: 1.2.3 in 1.json; 2.0.0 in 2.json',
    ],
    [
      'another environment',
      shard(2, [], { environment: 'staging' }),
      'the environment differs: none in 1.json; staging in 2.json',
    ],
    [
      'another runtime',
      shard(2, [], { stack: { ...template.stack, runtime: 'compose' } }),
      'the runtime differs: embedded in 1.json; compose in 2.json',
    ],
    [
      'another selection',
      shard(2, [], { shard: { index: 2, count: 2, checks: ['x/a'] } }),
      'the selection differs: x/b, x/c not in 2.json',
    ],
  ])('names %s with the files', (_, other, problem) => {
    expect(problemsOfShards([one, other])).toEqual([problem]);
  });

  it('names an address of another machine', () => {
    const { stack } = template;
    const at = (url: string) => ({
      ...stack,
      services: { ...stack.services, api: { ...stack.services.api, url } },
    });
    expect(
      problemsOfShards([
        shard(1, [], { stack: at('https://a.example/v1') }),
        shard(2, [], { stack: at('https://b.example/v1') }),
      ]),
    ).toEqual(['the service api differs: api https://a.example in 1.json; api https://b.example in 2.json']);
  });
});

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

  it('reports a waiver as unused only where no shard needed it', () => {
    const waiver = (code: string) => ({
      ...{ check: 'x', code, reason: 'r', owner: 'ana', until: '2027-01-01', where: 'w.yaml:2' },
      ...{ hasEnded: false, covers: ['x/a', 'x/b', 'x/c'] },
    });
    const part = (index: number, ids: string[], codes: string[]) => {
      const label = { index, count: 3, checks: divided, waivers: codes.map(waiver) };
      return shard(
        index,
        ids.map((id) => check(id)),
        { shard: label },
        3,
      );
    };
    const merged = mergeResults([
      part(1, ['x/a'], ['slow', 'wrong']),
      part(2, ['x/b'], ['slow', 'wrong']),
      part(3, ['x/c'], ['wrong']),
    ]);
    expect(merged.unusedWaivers?.map(({ code }) => code)).toEqual(['wrong']);
    expect(merged.unusedWaivers?.[0]).not.toHaveProperty('covers');
    const without = mergeResults([
      part(1, ['x/a'], ['slow']),
      shard(2, [check('x/b')], {}, 3),
      part(3, [], []),
    ]);
    expect(without).not.toHaveProperty('unusedWaivers');
  });

  it('leaves out what all shards leave out, and not what one of them runs', () => {
    const excluded = (...ids: string[]) => ({ excluded: ids.map((id) => ({ id, reason: '--skip' })) });
    const merged = mergeResults([
      shard(1, [check('x/a'), check('x/c')], excluded('x/off', 'x/b')),
      shard(2, [check('x/b')], excluded('x/off')),
    ]);
    expect(merged.excluded).toEqual([{ id: 'x/off', reason: '--skip' }]);
    expect(merged.summary.excluded).toBe(1);
  });

  it('has what all builds have in common', () => {
    const build = (index: number, url: string | undefined) =>
      shard(index, [], { build: { commit: 'abc1234', branch: 'main', ...(url && { url }) } });
    expect(mergeResults([build(1, 'https://ci/1'), build(2, 'https://ci/2')]).build).toEqual({
      commit: 'abc1234',
      branch: 'main',
    });
    expect(mergeResults([build(1, 'https://ci/1'), build(2, 'https://ci/1')]).build).toMatchObject({
      url: 'https://ci/1',
    });
    expect(mergeResults([build(1, undefined), shard(2, [])]).build).toEqual({});
  });

  it('has the environment of its shards, and the end that is the worst', () => {
    const of = (index: number, change: Partial<RunResult>) => shard(index, [], change);
    const merged = (one: Partial<RunResult>, other: Partial<RunResult>) =>
      mergeResults([of(1, one), of(2, other)]);
    expect(merged({ environment: 'staging' }, { environment: 'staging' }).environment).toBe('staging');
    expect(merged({}, {})).not.toHaveProperty('environment');
    expect(merged({}, {})).not.toHaveProperty('endedBy');
    expect(merged({}, {})).not.toHaveProperty('internalError');
    expect(merged({}, { endedBy: 'bail', exitCode: 1 }).endedBy).toBe('bail');
    expect(merged({ endedBy: 'bail', exitCode: 1 }, { endedBy: 'deadline', exitCode: 124 }).endedBy).toBe(
      'deadline',
    );
    expect(
      merged({ endedBy: 'interrupted', exitCode: 143 }, { endedBy: 'deadline', exitCode: 124 }),
    ).toMatchObject({
      endedBy: 'interrupted',
      exitCode: 143,
    });
  });

  it('takes the same verdict in the third and the twelfth shard for no difference', () => {
    const of = (index: number) => shard(index, [check('x/first')], {}, 12);
    expect(mergeResults([of(3), of(12)]).merged?.differing).toEqual([]);
  });

  it('keeps a result of one shard with its trace, and joins internal errors', () => {
    const of = (index: number, change: Partial<RunResult>) => shard(index, [], change);
    expect(mergeResults([of(1, { traceId: 'abc' })]).traceId).toBe('abc');
    expect(mergeResults([of(1, { traceId: 'abc' }), of(2, { traceId: 'abc' })])).not.toHaveProperty(
      'traceId',
    );
    expect(mergeResults([of(1, { internalError: 'one' }), of(2, { internalError: 'two' })])).toMatchObject({
      internalError: 'one; two',
      exitCode: 70,
    });
  });

  it('moves the attempts of a later shard as well', () => {
    const later = new Date(Date.parse(template.startedAt) + 1000).toISOString();
    const attempts = [{ number: 1, startMs: 7, durationMs: 1, status: 'pass' as const }];
    const merged = mergeResults([
      shard(1, [check('x/a')]),
      shard(2, [check('x/b', { startMs: 5, attempts })], { startedAt: later }),
    ]);
    expect(merged.checks[1]?.attempts).toMatchObject([{ startMs: 1007 }]);
  });

  it.each<[string, Partial<CheckResult>, Partial<CheckResult>, string]>([
    ['a flaky pass over a pass', {}, { flaky: true, summary: 'flaky' }, 'flaky'],
    [
      'a waived failure over a flaky pass',
      { flaky: true },
      { ...failed, status: 'waived', summary: 'waived' },
      'waived',
    ],
    [
      'an advisory failure over a waived one',
      { ...failed, status: 'waived' },
      { ...failed, level: 'advisory', summary: 'advisory' },
      'advisory',
    ],
    [
      'a required failure over a blocked one',
      { status: 'blocked', blockedBy: ['x/z'] },
      { ...failed, summary: 'failed' },
      'failed',
    ],
    ['the first of two that are equal', { summary: 'first' }, { summary: 'second' }, 'first'],
  ])('keeps %s', (_, one, other, summary) => {
    const merged = mergeResults([shard(1, [check('x/a', one)]), shard(2, [check('x/a', other)])]);
    expect(merged.checks[0]?.summary).toBe(summary);
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

describe('problemsOfShards of results that were written elsewhere', () => {
  const { stack } = template;
  type Services = Record<string, object | undefined>;
  const on = (index: number, services: Services, given: object = {}) =>
    shard(index, [], {
      stack: { ...stack, services: { ...stack.services, ...services }, ...given } as RunResult['stack'],
    });
  const problems = (one: Services, other: Services, given: object = {}) =>
    problemsOfShards([on(1, one), on(2, other, given)]);
  const job = (host?: string) => ({ job: { kind: 'tcp', enabled: true, host, port: 1 } });
  const page = (url: string) => ({ page: { kind: 'web', enabled: true, url } });
  const database = (name: string) => ({ database: { ...stack.services.database, name } });

  it('takes each address of the own machine for the same', () => {
    const addresses = [undefined, 'localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'];
    for (const address of addresses) expect(problems(job('127.0.0.1'), job(address))).toEqual([]);
    expect(problems(page('http://localhost:1'), page('http://[::1]:2/path'))).toEqual([]);
  });

  it.each([
    'notlocalhost',
    'localhost.example.com',
    '127.0.0.1.example.com',
    'a.::1',
    '::1.example',
    '[::2]',
  ])('takes %s for another machine', (host) => {
    expect(problems(job('localhost'), job(host))).toEqual([
      `the service job differs: tcp this machine in 1.json; tcp ${host}:1 in 2.json`,
    ]);
  });

  it.each<[string, () => string[], string[]]>([
    [
      'another name of the database',
      () => problems(database('songs'), database('books')),
      [
        'the service database differs: postgres this machine/songs in 1.json; postgres this machine/books in 2.json',
      ],
    ],
    [
      'a service that is switched off',
      () => problems({}, { cache: { ...stack.services.cache, enabled: false } }),
      ['the service cache differs: redis this machine in 1.json; none in 2.json'],
    ],
    [
      'a service that one has not',
      () => problems(job('h'), {}),
      ['the service job differs: tcp h:1 in 1.json; none in 2.json'],
    ],
    [
      'another project',
      () => problems({}, {}, { project: 'shop' }),
      ['the project differs: none in 1.json; shop in 2.json'],
    ],
    [
      'no service that did not run',
      () =>
        problems(job('a'), job('b'), { absent: { job: { code: 'not-running', reason: 'r', hint: 'h' } } }),
      [],
    ],
  ])('names %s', (_what, find, expected) => {
    expect(find()).toEqual(expected);
  });

  it('names a result that is no shard, and a shard that is there three times', () => {
    const whole = shard(1, []);
    const { shard: _, ...result } = whole.result;
    expect(problemsOfShards([shard(2, []), { file: 'whole.json', result }])).toEqual([
      'the number of shards differs: 2 in 2.json; 1 in whole.json',
    ]);
    const copies = ['a.json', 'b.json', 'c.json'].map((file) => ({ ...shard(1, []), file }));
    expect(problemsOfShards(copies)).toEqual(['shard 1 of 2 is there 3 times: a.json, b.json, c.json']);
  });

  it('names five checks of another selection, and counts the others', () => {
    const selecting = (index: number, count: number) =>
      shard(index, [], {
        shard: { index, count: 2, checks: Array.from({ length: count }, (_, at) => `x/${at}`) },
      });
    const five = 'x/0, x/1, x/2, x/3, x/4';
    expect(problemsOfShards([selecting(1, 5), selecting(2, 0)])).toEqual([
      `the selection differs: ${five} not in 2.json`,
    ]);
    expect(problemsOfShards([selecting(1, 7), selecting(2, 0)])).toEqual([
      `the selection differs: ${five} and 2 more not in 2.json`,
    ]);
  });
});

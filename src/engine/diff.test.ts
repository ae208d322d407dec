import { describe, expect, it } from 'vitest';
import type { CheckResult, RunResult } from '../check/result.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { diffResults } from './diff.ts';
import { acceptKnown } from './known-failures.ts';

const base = sampleResults['all-well'] as RunResult;
const [pattern] = base.checks as [CheckResult];
const check = (id: string, given: Partial<CheckResult> = {}): CheckResult => ({ ...pattern, id, ...given });
const failing = (id: string, code = 'wrong', given: Partial<CheckResult> = {}) =>
  check(id, { status: 'fail', code, actual: 'found', ...given });
const run = (checks: CheckResult[], given: Partial<RunResult> = {}): RunResult => ({
  ...base,
  checks,
  ...given,
});
const diff = (before: CheckResult[], after: CheckResult[]) => diffResults(run(before), run(after));
const exchange = (headers: Record<string, string>, body: unknown, status = 200): CheckResult['evidence'] => [
  {
    kind: 'http',
    label: 'answer',
    exchange: {
      request: { method: 'GET', url: 'http://localhost/', headers: {} },
      response: {
        ...{ status, headers, rawHeaders: [], bodyBytes: 1, address: '', durationMs: 1 },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      },
    },
  },
];

describe('diffResults', () => {
  it.each<[string, CheckResult | undefined, CheckResult, boolean]>([
    ['that passed', check('a/b'), failing('a/b'), true],
    ['that was skipped', check('a/b', { status: 'skip' }), failing('a/b'), true],
    ['that did not exist', undefined, failing('a/b'), true],
    ['that failed with another code', failing('a/b', 'timeout'), failing('a/b'), true],
    ['that was blocked', check('a/b', { status: 'blocked', blockedBy: ['a/c'] }), failing('a/b'), true],
    ['that failed', failing('a/b'), failing('a/b'), false],
    ['that was waived', failing('a/b', 'wrong', { status: 'waived' }), failing('a/b'), false],
  ])('takes the failure of a check %s for a new one or a known one', (_what, before, after, isNew) => {
    const found = diff(before ? [before] : [], [after]);
    expect(found.newFailures.map(({ id }) => id)).toEqual(isNew ? ['a/b'] : []);
    expect(found.known.map(({ id }) => id)).toEqual(isNew ? [] : ['a/b']);
    const known = acceptKnown(run(before ? [before] : []), 'main.json').find(after)?.known;
    expect(known?.in).toBe(isNew ? undefined : 'main.json');
  });

  it('lists what is fixed, not judged any more, flaky, slower, added and removed', () => {
    const usual = { attempts: [{ number: 1, startMs: 0, durationMs: 1, status: 'pass' as const }] };
    const found = diff(
      [
        failing('a/fixed'),
        check('a/off'),
        check('a/flaky'),
        check('a/slow', { ...usual, durationMs: 200 }),
        check('a/old'),
      ],
      [
        check('a/fixed'),
        check('a/off', { status: 'skip', reason: 'no browser' }),
        check('a/flaky', { flaky: true }),
        check('a/slow', { ...usual, durationMs: 400 }),
        check('a/new'),
      ],
    );
    expect(found).toMatchObject({
      newFailures: [],
      fixed: [{ id: 'a/fixed', was: 'fail wrong' }],
      notJudged: [{ id: 'a/off', was: 'pass', reason: 'no browser' }],
      flaky: ['a/flaky'],
      slower: [{ id: 'a/slow', beforeMs: 200, afterMs: 400 }],
      added: ['a/new'],
      removed: ['a/old'],
    });
  });

  it('names a check that is left out now, and does not take a waived failure for fixed or new', () => {
    const excluded = [{ id: 'a/out', reason: 'verify.skip' }];
    const before = run([failing('a/waived'), check('a/out')]);
    const found = diffResults(
      before,
      run([failing('a/waived', 'wrong', { status: 'waived' })], { excluded }),
    );
    expect(found).toMatchObject({
      newFailures: [],
      fixed: [],
      removed: [],
      notJudged: [{ id: 'a/out', was: 'pass', reason: 'verify.skip' }],
    });
  });

  it('compares status, headers, shapes and versions of the evidence, and nothing that differs at each request', () => {
    const before = exchange(
      { server: 'a/1', date: 'x', 'x-request-id': '1', etag: 'a' },
      { id: 1, name: 'x' },
    );
    const after = exchange(
      { server: 'a/2', date: 'y', 'x-request-id': '2', vary: 'Origin' },
      { id: '1', tags: [1] },
    );
    const version = (value: string) => [{ kind: 'fact' as const, label: 'version', value }];
    const found = diff(
      [check('a/b', { evidence: [...before, ...version('15.1')] })],
      [check('a/b', { evidence: [...after, ...version('16.0')] })],
    );
    expect(found.evidence).toEqual([
      {
        id: 'a/b',
        changes: [
          'answer: header server was a/1, is a/2',
          'answer: body.id was number, is string',
          'answer: body.name is gone, it was string',
          'answer: header vary is new: Origin',
          'answer: body.tags[] is new: number',
          'version: value was 15.1, is 16.0',
        ],
      },
    ]);
    expect(diff([check('a/b', { evidence: before })], [check('a/b', { evidence: before })]).evidence).toEqual(
      [],
    );
  });

  it('names what differs between the stacks', () => {
    const { stack } = base;
    const services = { ...stack.services, api: { ...stack.services.api, url: 'https://staging.example' } };
    const other = { ...stack, runtime: 'external', services } as RunResult['stack'];
    expect(diffResults(base, { ...base, stack: other }).stacks).toEqual([
      'the runtime was embedded, is external',
      'api was at localhost, is at staging.example',
    ]);
    expect(diffResults(base, base).stacks).toEqual([]);
  });
});

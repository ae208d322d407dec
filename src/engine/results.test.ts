import { describe, expect, test } from 'vitest';
import type { Check } from '../check/define-check.ts';
import type { CheckResult, Status } from '../check/result.ts';
import type { StackInfo } from '../check/stack.ts';
import { makeCheck } from '../testing/make-check.ts';
import { type RunFacts, resultOf, runResultOf } from './results.ts';

const result = (status: Status, level: CheckResult['level'] = 'required', code?: string) =>
  ({ id: 'a/b', status, level, ...(code ? { code } : {}) }) as CheckResult;

const run = (checks: CheckResult[], over: Partial<RunFacts> = {}) =>
  runResultOf({
    checks,
    excluded: [],
    stack: {} as StackInfo,
    startedAt: '',
    durationMs: 1,
    endedBy: undefined,
    internalError: undefined,
    interruption: undefined,
    toolVersion: '0',
    traceId: undefined,
    ...over,
  });

describe('the exit code of a run', () => {
  test.each<[string, CheckResult[], Partial<RunFacts>, number]>([
    ['a pass', [result('pass')], {}, 0],
    ['a required failure', [result('pass'), result('fail')], {}, 1],
    ['an advisory failure', [result('pass'), result('fail', 'advisory')], {}, 0],
    ['a required check blocked by an advisory one', [result('fail', 'advisory'), result('blocked')], {}, 1],
    ['an advisory check that is blocked', [result('pass'), result('blocked', 'advisory')], {}, 0],
    ['a skip beside a pass', [result('pass'), result('skip')], {}, 0],
    ['only skips', [result('skip'), result('skip')], {}, 2],
    ['a skip and an advisory failure', [result('skip'), result('fail', 'advisory')], {}, 0],
    ['a waived failure and an advisory pass', [result('waived'), result('pass', 'advisory')], {}, 0],
    ['a waived and an advisory failure', [result('waived'), result('fail', 'advisory')], {}, 2],
    ['no check of this shard', [], {}, 0],
    ['a broken check', [result('fail'), result('error', 'required', 'threw')], {}, 70],
    ['a broken advisory check', [result('error', 'advisory', 'threw')], {}, 70],
    ['a failure that is named so', [result('fail', 'required', 'stalled')], {}, 1],
    ['a check that blocked the process', [result('error', 'required', 'stalled')], {}, 124],
    ['an internal error', [result('pass')], { internalError: 'x' }, 70],
    ['an internal error with no check', [], { internalError: 'x' }, 70],
    ['the deadline', [result('fail')], { endedBy: 'deadline' }, 124],
    ['the deadline and a broken check', [result('error')], { endedBy: 'deadline' }, 70],
    ['an interruption', [result('error')], { endedBy: 'interrupted' }, 130],
    ['SIGTERM', [result('pass')], { endedBy: 'interrupted', interruption: { exitCode: 143 } }, 143],
    ['the first failure', [result('fail'), result('skip')], { endedBy: 'bail' }, 1],
  ])('%s', (_name, checks, over, exitCode) => {
    expect(run(checks, over)).toMatchObject({ exitCode, ok: exitCode === 0 });
  });
});

test('counts the failures that another result has, and lists no unused waiver where there is none', () => {
  const known = { ...result('waived'), known: { in: 'main.json', startedAt: '' } };
  const found = run([known, result('waived'), result('pass')]);
  expect(found.summary).toMatchObject({ known: 1, waived: 2, pass: 1 });
  expect(found).not.toHaveProperty('unusedWaivers');
});

test('says that nothing was examined only where nothing was and the run was not ended', () => {
  expect(run([]).nothingExamined).toMatchObject({ code: 'empty-shard' });
  expect(run([result('skip')]).nothingExamined).toEqual({
    code: 'all-skipped',
    message: 'nothing was examined: the only check was skipped',
  });
  expect(run([result('skip'), result('skip')]).nothingExamined?.message).toContain('each of the 2 checks');
  expect(run([result('skip'), result('fail')])).not.toHaveProperty('nothingExamined');
  expect(run([result('skip')], { endedBy: 'deadline' })).not.toHaveProperty('nothingExamined');
  expect(run([], { internalError: 'x' })).not.toHaveProperty('nothingExamined');
});

test('says that no check passed where one was waived and the others were skipped or advisory', () => {
  const waived = result('waived');
  expect(run([waived, result('skip'), result('fail', 'advisory')])).toMatchObject({
    exitCode: 2,
    nothingExamined: { code: 'all-waived', message: 'no check passed: the only failure is waived' },
  });
  expect(run([waived, waived]).nothingExamined?.message).toBe('no check passed: the 2 failures are waived');
  expect(run([waived, result('fail')])).not.toHaveProperty('nothingExamined');
  expect(run([waived, result('pass')])).not.toHaveProperty('nothingExamined');
});

test('counts what failed and was advisory', () => {
  const checks = [
    result('pass'),
    result('pass', 'advisory'),
    result('fail'),
    result('fail', 'advisory'),
    result('blocked', 'advisory'),
    { ...result('pass'), flaky: true as const },
  ];
  expect(run(checks, { excluded: [] }).summary).toMatchObject({
    total: 6,
    pass: 3,
    fail: 2,
    skip: 0,
    error: 0,
    blocked: 1,
    flaky: 1,
    advisory: 1,
    excluded: 0,
  });
  expect(run(checks)).not.toHaveProperty('excluded');
  expect(run(checks)).not.toHaveProperty('traceId');
  expect(run(checks, { traceId: 'ab' })).toMatchObject({ traceId: 'ab' });
});

describe('the result of a check', () => {
  const check = {
    id: 'a/b',
    title: 'T',
    codes: {},
    source: 'x.ts',
    needs: [],
    tags: ['t'],
  } as unknown as Check;
  const settle = (outcome: object, attempts: object[] = [{}]) =>
    resultOf({ check, outcome, attempts, startMs: 5, endMs: 12 } as unknown as Parameters<
      typeof resultOf
    >[0]);

  test('names its area, level, time and tags', () => {
    const settled = settle({ status: 'pass', summary: 's', examined: [], evidence: [] });
    expect(settled).toMatchObject({ area: 'a', level: 'required', startMs: 5, durationMs: 7, tags: ['t'] });
    expect(settled).not.toHaveProperty('flaky');
  });

  test('is flaky where a later attempt passed, not where one failed', () => {
    expect(settle({ status: 'pass', evidence: [] }, [{}, {}])).toMatchObject({ flaky: true });
    expect(settle({ status: 'fail', code: 'x', evidence: [] }, [{}, {}])).not.toHaveProperty('flaky');
  });

  test('carries the parts of its verdict', () => {
    const failed = { code: 'x', expected: 'e', actual: 'a' };
    expect(settle({ status: 'fail', ...failed, hint: 'h', evidence: [] })).toMatchObject({
      ...failed,
      hint: 'h',
    });
    expect(settle({ status: 'fail', ...failed, evidence: [] })).not.toHaveProperty('hint');
    expect(settle({ status: 'skip', reason: 'r', enable: 'e' })).toMatchObject({ reason: 'r', enable: 'e' });
    expect(settle({ status: 'skip', reason: 'r' })).not.toHaveProperty('enable');
    expect(settle({ status: 'blocked', blockedBy: ['a/c'] })).toMatchObject({
      blockedBy: ['a/c'],
      evidence: [],
    });
  });

  test('names the page of a built-in check that failed, and no other', () => {
    const settleBuiltIn = (outcome: object) =>
      resultOf({
        check: { ...check, source: 'checks/a/b.ts' },
        outcome,
        attempts: [{}],
        startMs: 0,
        endMs: 1,
      } as never);
    const failure = { status: 'fail', code: 'x', expected: 'e', actual: 'a', evidence: [] };
    expect(settleBuiltIn(failure)).toMatchObject({ page: 'meatymusic/docs/checks/a/b.md' });
    const broken = { status: 'error', code: 'threw', actual: 'a', evidence: [] };
    expect(settleBuiltIn(broken)).toMatchObject({ page: 'meatymusic/docs/checks/a/b.md' });
    expect(settleBuiltIn({ status: 'pass', evidence: [] })).not.toHaveProperty('page');
    expect(settle(failure)).not.toHaveProperty('page');
  });

  test('names the place where a broken check threw', () => {
    const broken = (stack?: string) =>
      settle({ status: 'error', code: 'threw', actual: 'a', stack, evidence: [] });
    expect(broken('Error: look at this\n    at run (x.ts:1:2)\n    at y')).toMatchObject({
      hint: 'thrown at run (x.ts:1:2)',
    });
    expect(broken('Error: no frame')).not.toHaveProperty('hint');
    expect(broken()).not.toHaveProperty('hint');
  });

  test('is redacted in every part', () => {
    const redacted = resultOf({
      check,
      outcome: { status: 'skip', reason: 'secret' },
      attempts: [],
      startMs: 0,
      endMs: 0,
      redact: (text) => text.replaceAll('secret', '***'),
    });
    expect(redacted).toMatchObject({ reason: '***' });
  });
});

test('has no tags, is required and has its own duration where nothing else is said', () => {
  const outcome = { status: 'skip' as const, reason: 'r' };
  expect(
    resultOf({ check: makeCheck({ id: 'a/one' }), outcome, attempts: [], startMs: 5, endMs: 8 }),
  ).toMatchObject({
    tags: [],
    level: 'required',
    durationMs: 3,
  });
});

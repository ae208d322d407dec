import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../check/result.ts';
import {
  cutShort,
  lastOutcome,
  pastDeadline,
  toThrewAfterReturn,
  unreportable,
  verdictFromBefore,
} from './forced-outcomes.ts';

const result = (id: string, over: Partial<CheckResult>) => ({ id, ...over }) as CheckResult;
const check = { after: ['a/required'], blockedBy: { 'a/other': ['gone', 'lost'] } };
const passed = result('a/required', { status: 'pass' });

describe('verdictFromBefore', () => {
  it('blocks a check by a failure of what it is after, whatever its code', () => {
    const failed = result('a/required', { status: 'fail', code: 'gone' });
    expect(verdictFromBefore(check, [failed])).toEqual({ status: 'blocked', blockedBy: ['a/required'] });
  });

  it('blocks it by the named codes of another check alone', () => {
    const other = (code: string) => result('a/other', { status: 'fail', code });
    expect(verdictFromBefore(check, [passed, other('lost')])).toEqual({
      status: 'blocked',
      blockedBy: ['a/other'],
    });
    expect(verdictFromBefore(check, [passed, other('late')])).toBeUndefined();
  });

  it('lets it run where the other check was skipped or blocked itself', () => {
    const skipped = result('a/other', { status: 'skip', reason: 'no' });
    const blocked = result('a/other', { status: 'blocked', blockedBy: ['b/root'] });
    expect(verdictFromBefore(check, [passed, skipped])).toBeUndefined();
    expect(verdictFromBefore(check, [passed, blocked])).toBeUndefined();
    expect(verdictFromBefore(check, [result('a/required', { status: 'skip', reason: 'no' })])).toMatchObject({
      status: 'skip',
      reason: 'it builds on a/required, which was skipped: no',
    });
  });

  it('is blocked by a check that broke and by a waived failure, and by no flaky pass', () => {
    const blocked = { status: 'blocked', blockedBy: ['a/required'] };
    const ofRequired = (over: Partial<CheckResult>) => verdictFromBefore(check, [result('a/required', over)]);
    expect(ofRequired({ status: 'error', code: 'threw' })).toEqual(blocked);
    expect(ofRequired({ status: 'waived', code: 'gone' })).toEqual(blocked);
    expect(ofRequired({ status: 'fail', code: 'flaky' })).toBeUndefined();
    expect(ofRequired({ status: 'pass' })).toBeUndefined();
  });

  it('names each root once, and of what was blocked its roots', () => {
    const after = ['a/one', 'a/two', 'a/three', 'a/four'];
    const before = [
      result('a/one', { status: 'fail', code: 'gone' }),
      result('a/two', { status: 'blocked', blockedBy: ['a/one', 'b/root'] }),
      result('a/three', { status: 'waived', blockedBy: ['c/waived'] }),
      result('a/four', { status: 'skip', reason: 'no' }),
      result('a/other', { status: 'fail', code: 'gone' }),
    ];
    expect(verdictFromBefore({ after }, before)).toEqual({
      status: 'blocked',
      blockedBy: ['a/one', 'b/root', 'c/waived'],
    });
  });

  it('takes over reason and way out of what was skipped first', () => {
    const skipped = result('a/required', { status: 'skip', reason: 'no browser', enable: 'install one' });
    expect(verdictFromBefore(check, [skipped])).toEqual({
      status: 'skip',
      reason: 'it builds on a/required, which was skipped: no browser',
      enable: 'install one',
    });
    const further = result('a/required', {
      status: 'skip',
      reason: 'it builds on b/first, which was skipped: no',
    });
    expect(verdictFromBefore(check, [further])).toEqual({
      status: 'skip',
      reason: 'it builds on b/first, which was skipped: no',
    });
  });

  it('lets a check run that waits for nothing', () => {
    expect(verdictFromBefore({}, [result('a/other', { status: 'fail', code: 'gone' })])).toBeUndefined();
  });
});

describe('a check without a verdict of its own', () => {
  it('timed out at the deadline of the run, and was skipped where the run ended for another reason', () => {
    expect(pastDeadline(500)).toMatchObject({
      status: 'fail',
      code: 'timeout',
      expected: "a verdict within the run's deadline of 500 ms",
    });
    expect(cutShort('bail')).toEqual({
      status: 'skip',
      reason: 'the run ended at the first failure (--bail)',
    });
    expect(cutShort('interrupted')).toEqual({ status: 'skip', reason: 'the run was interrupted' });
  });

  it('is an error without secrets where its verdict cannot be reported', () => {
    const thrown = new Error('no hunter2');
    const redact = (text: string) => text.replaceAll('hunter2', '***');
    const outcome = unreportable(thrown, redact);
    expect(outcome).toMatchObject({
      status: 'error',
      code: 'threw',
      actual: 'no result could be made of its verdict: no ***',
      evidence: [],
    });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
    expect(unreportable('no stack')).not.toHaveProperty('hint');
  });

  it('has the failure of its last attempt where it waited for the next one', () => {
    const attempt = { number: 1, startMs: 0, durationMs: 1, status: 'fail' as const };
    const attempts = [
      { ...attempt, code: 'first', actual: 'one' },
      { ...attempt, code: 'wrong', actual: 'two' },
    ];
    expect(lastOutcome(attempts)).toMatchObject({
      status: 'fail',
      code: 'wrong',
      actual: 'two',
      evidence: [],
    });
  });

  it('keeps what it was and nothing of its verdict where it threw after that', () => {
    const passed = result('a/one', { title: 'T', status: 'pass', summary: 'fine', flaky: true, startMs: 5 });
    const thrown = toThrewAfterReturn(passed, 'boom');
    expect(thrown).toMatchObject({
      id: 'a/one',
      title: 'T',
      status: 'error',
      code: 'threw-after-return',
      actual: 'boom',
      startMs: 5,
    });
    expect(thrown).not.toHaveProperty('summary');
    expect(thrown).not.toHaveProperty('flaky');
  });
});

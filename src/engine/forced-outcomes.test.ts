import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../check/result.ts';
import { verdictFromBefore } from './forced-outcomes.ts';

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
});

import { messageOf, stackOf } from '../base/errors.ts';
import type { Check } from '../check/define-check.ts';
import type { Attempt, CheckResult, RunResult } from '../check/result.ts';
import type { Fail, Skip } from '../check/verdict.ts';
import { flakyCode } from './acceptance.ts';
import type { Outcome } from './outcome.ts';
import { redactOrOmit } from './redact-deep.ts';

/** Why a run ends before its checks do. */
export type EndOfRun = NonNullable<RunResult['endedBy']>;

/** Why a check never started. */
export const unstartedReasons = {
  deadline: "the run's deadline passed before it started",
  bail: 'the run ended at the first failure before it started (--bail)',
  interrupted: 'the run was interrupted before it started',
  stall: 'another check blocked the process before it had its verdict',
};

export interface Blocked {
  status: 'blocked';
  blockedBy: string[];
}

/** Returns the verdict that follows from the results of the checks before this one; `undefined`: it may run. */
export function verdictFromBefore(
  { after = [], blockedBy: codes = {} }: Pick<Check, 'after' | 'blockedBy'>,
  results: readonly CheckResult[],
): Blocked | Skip | undefined {
  const required = results.filter(({ id }) => after.includes(id));
  const named = results.filter(({ id, code }) => codes[id]?.some((each) => each === code));
  const isRoot = ({ status, code, blockedBy }: CheckResult) =>
    code !== flakyCode &&
    (status === 'fail' || status === 'error' || (status === 'waived' && blockedBy === undefined));
  const roots = [...required, ...named].flatMap((result) =>
    isRoot(result) ? [result.id] : (result.blockedBy ?? []),
  );
  if (roots.length > 0) return { status: 'blocked', blockedBy: [...new Set(roots)] };
  const skipped = required.find(({ status }) => status === 'skip');
  if (!skipped) return undefined;
  const { id, reason = '', enable } = skipped;
  return {
    status: 'skip',
    reason: reason.startsWith('it builds on ') ? reason : `it builds on ${id}, which was skipped: ${reason}`,
    ...(enable ? { enable } : {}),
  };
}

/** Of the check that blocked the process. */
export const stalled: Outcome = {
  status: 'error',
  code: 'stalled',
  actual: 'it blocked the whole process and had to be ended from outside',
  evidence: [],
};

/** Of a check whose outcome cannot be made into a result: its evidence or its hint causes an error. */
export function unreportable(thrown: unknown, redact?: (text: string) => string): Outcome {
  const stack = stackOf(thrown);
  return {
    status: 'error',
    code: 'threw',
    actual: `no result could be made of its verdict: ${redactOrOmit(messageOf(thrown), redact)}`,
    stack: stack && redactOrOmit(stack, redact),
    evidence: [],
  };
}

/** Of a check that was running at the deadline of the run. */
export function pastDeadline(deadlineMs: number): Fail {
  return {
    status: 'fail',
    code: 'timeout',
    expected: `a verdict within the run's deadline of ${deadlineMs} ms`,
    actual: 'none was given',
    hint: 'give the run more time: --deadline',
    evidence: [],
  };
}

/** Of a check that was running when the run ended before its deadline. */
export function cutShort(why: Exclude<EndOfRun, 'deadline'>): Skip {
  return {
    status: 'skip',
    reason: why === 'bail' ? 'the run ended at the first failure (--bail)' : 'the run was interrupted',
  };
}

/** Of a check that waited for its next attempt when the run ended. */
export function lastOutcome(attempts: readonly Attempt[]): Outcome {
  const last = attempts.at(-1) as Attempt;
  return {
    status: 'fail',
    code: last.code ?? 'timeout',
    expected: 'a pass before the run ended',
    actual: last.actual ?? '',
    evidence: [],
  };
}

/** The result of a check that threw after it had its verdict. */
export function toThrewAfterReturn(result: CheckResult, actual: string): CheckResult {
  const { id, area, title, failureTitle, level, tags, effects, source, evidence, attempts } = result;
  const { startMs, durationMs } = result;
  const kept = {
    id,
    area,
    title,
    failureTitle,
    level,
    tags,
    effects,
    source,
    evidence,
    attempts,
    startMs,
    durationMs,
  };
  return { ...kept, status: 'error', code: 'threw-after-return', actual };
}

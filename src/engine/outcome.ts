import { formatDuration } from '../base/duration.ts';
import type { BrokenCheck } from '../check/judge-verdict.ts';
import type { Fail, Pass, Skip } from '../check/verdict.ts';

/** Result of one attempt: the check's own verdict, or the engine's when the check gave none that counts. */
export type Outcome = Pass | Fail | Skip | BrokenCheck;

/** Returns the failure with the evidence of an outcome that came too late to count. */
export function withEvidenceOf(seen: Outcome, failure: Fail): Fail {
  return 'evidence' in seen ? { ...failure, evidence: seen.evidence } : failure;
}

/** A failure keeps its code, beside what could not be cleaned up; anything else is no verdict any more. */
export function withProblem(outcome: Outcome, problem: string): Outcome {
  return outcome.status === 'fail'
    ? { ...outcome, actual: `${outcome.actual}; ${problem}` }
    : { status: 'error', code: 'threw', actual: problem, evidence: [] };
}

/** Makes a skip of a failure where something was blocked: it says nothing about the stack. */
export function hindered(outcome: Outcome, what: string): Outcome {
  if (outcome.status !== 'fail') return outcome;
  return {
    status: 'skip',
    reason: `the read-only run blocked ${what}, and without it: ${outcome.actual}`,
    enable: 'leave out --read-only',
  };
}

/** Makes a timeout of a failure for which no time was left to ask: it says nothing about the stack. Keeps the evidence. */
export function untimely(outcome: Outcome, what: string, timeoutMs: number): Outcome {
  if (outcome.status !== 'fail') return outcome;
  const actual = `most of that was spent before the last question: ${what}`;
  return withEvidenceOf(outcome, { ...timedOut(timeoutMs), actual });
}

/** Returns the failure of a check that gave no verdict in its time. */
export function timedOut(timeoutMs: number): Fail {
  return {
    status: 'fail',
    code: 'timeout',
    expected: `a verdict within ${formatDuration(timeoutMs)}`,
    actual: 'none was given',
    hint: `give it more time: --timeout ${formatDuration(timeoutMs * 2).replace(/ /g, '')}`,
    evidence: [],
  };
}

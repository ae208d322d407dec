import { messageOf } from '../base/errors.ts';
import { isDeeperThan } from '../base/plain-object.ts';
import { unknownKey, v } from '../base/schema.ts';
import type { Check } from './define-check.ts';
import type { Evidence } from './evidence.ts';
import { evidenceSchema } from './evidence-schema.ts';
import type { Fail, Pass, Skip } from './verdict.ts';

/** The check itself is broken. Named so in every report, and the run exits with 70 (124 when it blocked the process). */
export interface BrokenCheck {
  status: 'error';
  code: 'threw' | 'threw-after-return' | 'stalled' | 'bad-verdict' | 'undeclared-effect';
  actual: string;
  stack?: string | undefined;
  evidence: Evidence[];
}

/** Deeper than any evidence; every reporter walks through it. */
const maxDepth = 100;

/**
 * Returns the verdict of a user's check as plain data: a getter, a proxy or an object that holds itself is met here and
 * not in a reporter. Throws an `Error` where it is none.
 */
export function plainVerdict(verdict: unknown): unknown {
  if (typeof verdict !== 'object' || verdict === null) return verdict;
  let plain: unknown;
  try {
    plain = JSON.parse(JSON.stringify(verdict));
  } catch (thrown) {
    throw new Error(`its verdict is no plain data: ${messageOf(thrown).split('\n')[0]}`, { cause: thrown });
  }
  if (isDeeperThan(plain, maxDepth)) throw new Error(`its verdict is nested deeper than ${maxDepth} levels`);
  return plain;
}

/**
 * Validates a verdict: it must have a known shape and a declared code, and a pass must have examined something. The
 * evidence of a bounded check is ours and is not validated.
 */
export function judgeVerdict(
  check: Pick<Check, 'codes' | 'isBounded'>,
  verdict: unknown,
): Pass | Fail | Skip | BrokenCheck {
  if (typeof verdict !== 'object' || verdict === null)
    return bad(`it returned ${String(verdict)}, no verdict`);
  const { status, evidence } = verdict as { status?: unknown; evidence?: unknown };
  const problem = check.isBounded ? undefined : problemOfEvidence(evidence);
  if (problem) return bad(`its evidence has an invalid form: ${problem}`);
  if (status === 'pass') return judgePass(verdict as Pass);
  if (status === 'fail') return judgeFail(check, verdict as Fail);
  if (status === 'skip') return judgeSkip(verdict as Skip);
  return bad(`it returned the status ${JSON.stringify(status)}; there are pass, fail and skip`);
}

/** Only types are judged: numbers are those of the service, and a later version may have more keys. */
function problemOfEvidence(evidence: unknown): string | undefined {
  const { issues = [] } = v.safeParse(v.optional(v.array(evidenceSchema)), evidence);
  const issue = issues.find(({ kind, message }) => kind === 'schema' && message !== unknownKey);
  return issue && [v.getDotPath(issue), issue.message].filter(Boolean).join(' ');
}

function judgeSkip(skip: Skip): Skip | BrokenCheck {
  const { reason, enable } = skip;
  if (typeof reason !== 'string' || reason.trim() === '') return bad('it skipped without a reason');
  return isOptionalText(enable)
    ? skip
    : bad('it skipped, and what makes it possible ("enable") is not a text');
}

function isOptionalText(given: unknown): boolean {
  return given === undefined || typeof given === 'string';
}

function isExamined(given: unknown): boolean {
  const { count, what } = (given ?? {}) as Record<string, unknown>;
  return typeof count === 'number' && typeof what === 'string';
}

function judgePass(pass: Pass): Pass | Fail | BrokenCheck {
  if (!Array.isArray(pass.examined) || !pass.examined.every(isExamined) || typeof pass.summary !== 'string') {
    return bad('it passed without saying what it found and examined; call pass(summary, examined)');
  }
  const evidence = pass.evidence ?? [];
  if (pass.examined.some(({ count }) => count > 0)) return pass.evidence ? pass : { ...pass, evidence };
  const what = pass.examined.map(({ what }) => `0 ${what}`).join(', ') || 'nothing';
  return {
    status: 'fail',
    code: 'examined-nothing',
    expected: 'a verdict that rests on something',
    actual: `it would have passed (${pass.summary}), but examined ${what}`,
    hint: 'make sure that there is something to examine, or switch the service off in the configuration',
    evidence,
  };
}

function judgeFail(check: Pick<Check, 'codes'>, fail: Fail): Fail | BrokenCheck {
  if (typeof fail.code !== 'string' || !Object.hasOwn(check.codes, fail.code)) {
    const declared = Object.keys(check.codes).join(', ') || 'none';
    return bad(`it failed with the undeclared code ${JSON.stringify(fail.code)}; declared: ${declared}`);
  }
  if (typeof fail.expected !== 'string' || typeof fail.actual !== 'string') {
    return bad(`it failed with ${fail.code} without saying what it expected and found`);
  }
  if (!isOptionalText(fail.hint)) return bad(`it failed with ${fail.code}, and its hint is not a text`);
  return fail.evidence ? fail : { ...fail, evidence: [] };
}

function bad(actual: string): BrokenCheck {
  return { status: 'error', code: 'bad-verdict', actual, evidence: [] };
}

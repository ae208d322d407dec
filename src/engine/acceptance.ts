import type { CheckResult, UnneededWaiver } from '../check/result.ts';

/** Who accepts a failure, or accepted it until a moment in the past. */
export type Accepted = Pick<CheckResult, 'waiver' | 'known' | 'endedWaiver'>;

/** Decides which failures do not fail a run. */
export interface Acceptance {
  /** Returns who accepts this failure; `undefined`: it is not accepted. */
  find(failure: CheckResult): Accepted | undefined;
  /** Returns true for a pass that is flaky so often that it fails the run. Default: false. */
  isTooFlaky?(pass: CheckResult): boolean;
  /** Returns the waivers that no failure of a run, or of its part, needed. */
  findUnneeded(): UnneededWaiver[];
}

/** Returns the first acceptance that accepts a failure; else what is known of a waiver that has ended. */
export function joinAcceptances(all: readonly Acceptance[]): Acceptance {
  return {
    find(failure) {
      const found = all.flatMap((each) => each.find(failure) ?? []);
      return found.find(({ waiver, known }) => waiver ?? known) ?? found[0];
    },
    isTooFlaky: (pass) => all.some((each) => each.isTooFlaky?.(pass) === true),
    findUnneeded: () => all.flatMap((each) => each.findUnneeded()),
  };
}

/** Returns a result as `waived` if its failure is accepted, or if every failure that blocked it is. */
export function withAcceptance(
  given: CheckResult,
  acceptance: Acceptance | undefined,
  resultOfId: (id: string) => CheckResult | undefined,
): CheckResult {
  if (!acceptance) return given;
  const isTooFlaky = given.status === 'pass' && acceptance.isTooFlaky?.(given) === true;
  const result = isTooFlaky ? asFlakyFailure(given) : given;
  if (result.status === 'blocked') {
    const causes = (result.blockedBy ?? []).map(resultOfId);
    const [first] = causes;
    if (!first || causes.some((cause) => cause?.status !== 'waived')) return result;
    return { ...result, status: 'waived', ...accepting(first) };
  }
  if (result.status !== 'fail') return result;
  const accepted = acceptance.find(result) ?? {};
  const isWaived = accepted.waiver !== undefined || accepted.known !== undefined;
  return { ...result, ...accepted, status: isWaived ? 'waived' : 'fail' };
}

/** Code of the failure of a check that passed and is flaky: it blocks nothing. */
export const flakyCode = 'flaky';

function asFlakyFailure({ summary, examined: _, ...result }: CheckResult): CheckResult {
  const number = result.attempts.length;
  const before = result.attempts.at(-2);
  const actual = before
    ? `it passed at attempt ${number}, after ${before.code}: ${before.actual}`
    : `it passed (${summary}), and failed before at this commit with the same settings`;
  return {
    ...result,
    status: 'fail',
    code: flakyCode,
    failureTitle: 'The check is flaky',
    expected: 'the same verdict without a change of the code',
    actual,
    hint: `meatymusic checks flaky '${result.id}'`,
  };
}

function accepting({ waiver, known }: CheckResult): Accepted {
  return { ...(waiver && { waiver }), ...(known && { known }) };
}

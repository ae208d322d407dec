import type { CheckResult, UnusedWaiver } from '../check/result.ts';

/** Who accepts a failure, or accepted it until a moment in the past. */
export type Accepted = Pick<CheckResult, 'waiver' | 'known' | 'endedWaiver'>;

/** Decides which failures do not fail a run. */
export interface Acceptance {
  /** Returns who accepts this failure; `undefined`: it is not accepted. */
  find(failure: CheckResult): Accepted | undefined;
  /** Returns the waivers that no failure of a run needed. */
  findUnused(results: readonly CheckResult[]): UnusedWaiver[];
}

/** Returns a result as `waived` if its failure is accepted, or if every failure that blocked it is. */
export function withAcceptance(
  result: CheckResult,
  acceptance: Acceptance | undefined,
  resultOfId: (id: string) => CheckResult | undefined,
): CheckResult {
  if (!acceptance) return result;
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

function accepting({ waiver, known }: CheckResult): Accepted {
  return { ...(waiver && { waiver }), ...(known && { known }) };
}

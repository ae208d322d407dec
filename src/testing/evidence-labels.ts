import type { CheckDefinition } from '../check/define-check.ts';
import { type Case, verdictOf } from '../check/tester.ts';

/** Resolves to the status of a verdict, or its code, and the labels of its evidence. */
export async function evidenceLabels(
  // biome-ignore lint/suspicious/noExplicitAny: whatever its options, needs and codes are
  check: CheckDefinition<any, any, any>,
  given: Omit<Case, 'when'>,
): Promise<[outcome: string, ...labels: string[]]> {
  const verdict = await verdictOf(check, given);
  const evidence = 'evidence' in verdict ? verdict.evidence : undefined;
  return ['code' in verdict ? verdict.code : verdict.status, ...(evidence ?? []).map(({ label }) => label)];
}

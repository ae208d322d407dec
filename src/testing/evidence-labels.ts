import type { CheckDefinition } from '../check/define-check.ts';
import type { Evidence } from '../check/evidence.ts';
import { type Case, verdictOf } from '../check/tester.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever its options, needs and codes are
type AnyCheck = CheckDefinition<any, any, any>;

/** Resolves to the evidence of a verdict. */
export async function evidenceOf(check: AnyCheck, given: Omit<Case, 'when'>): Promise<readonly Evidence[]> {
  return evidenceIn(await verdictOf(check, given));
}

/** Resolves to the code of a failure, or the status of another verdict, and the labels of the evidence. */
export async function evidenceLabels(
  check: AnyCheck,
  given: Omit<Case, 'when'>,
): Promise<[outcome: string, ...labels: string[]]> {
  const verdict = await verdictOf(check, given);
  const labels = evidenceIn(verdict).map(({ label }) => label);
  return ['code' in verdict ? verdict.code : verdict.status, ...labels];
}

/** Resolves to the evidence of a verdict as texts: `label: value` of a fact, the label of anything else. */
export async function evidenceTexts(check: AnyCheck, given: Omit<Case, 'when'>): Promise<string[]> {
  const evidence = await evidenceOf(check, given);
  return evidence.map((each) => (each.kind === 'fact' ? `${each.label}: ${each.value}` : each.label));
}

function evidenceIn(verdict: Awaited<ReturnType<typeof verdictOf>>): readonly Evidence[] {
  return ('evidence' in verdict ? verdict.evidence : undefined) ?? [];
}

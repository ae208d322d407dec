import type { Check } from '../check/define-check.ts';
import type { CheckResult } from '../check/result.ts';
import { describeVerdict } from './attempt.ts';
import type { Proof } from './proof.ts';

/** Returns the proof of a check that cannot be broken: it passes on no whole stack, or declares no sabotage. */
export function withoutCases(
  { unprovable }: Check,
  healthy: CheckResult | undefined,
  isReference = false,
): Pick<Proof, 'status' | 'reason'> {
  if (healthy?.status === 'skip') return { status: 'skipped', reason: healthy.reason ?? '' };
  if (healthy) {
    // Another stack than the reference stack may deserve the failure.
    const status = isReference || healthy.status !== 'fail' ? 'refuted' : 'skipped';
    return { status, reason: `on the whole stack it does not pass: ${describeVerdict(healthy)}` };
  }
  if (unprovable) return { status: 'skipped', reason: unprovable };
  return { status: 'unproven', reason: 'it declares no sabotage: nothing shows that it can fail' };
}

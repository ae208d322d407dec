import { areaOf } from '../check/area-of.ts';
import type { RunResult } from '../check/result.ts';

/**
 * Returns what did not run because the configuration or a flag leaves it out: `tenancy: not part of this stack's contract
 * (2 checks)`, `44 left out (verify.skip)`.
 */
export function excludedLines({ excluded = [] }: Pick<RunResult, 'excluded'>): string[] {
  const areas = new Map<string, number>();
  const reasons = new Map<string, number>();
  for (const { id, reason } of excluded) {
    const [counts, key] = reason === 'contract' ? [areas, areaOf(id)] : [reasons, reason];
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [
    ...[...areas].map(
      ([area, count]) =>
        `${area}: not part of this stack's contract (${count} ${count === 1 ? 'check' : 'checks'})`,
    ),
    ...[...reasons].map(([reason, count]) => `${count} left out (${reason})`),
  ];
}

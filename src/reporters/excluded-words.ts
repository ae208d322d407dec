import { areaOf } from '../check/area-of.ts';
import { counted } from '../check/counted.ts';
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

/** Returns a line for each waiver that no failure needed: `the waiver of ben for cache/* is not needed: the check passes`. */
export function unusedWaiverLines({ unusedWaivers = [] }: Pick<RunResult, 'unusedWaivers'>): string[] {
  return unusedWaivers.map(
    ({ owner, check, why, where }) => `the waiver of ${owner} for ${check} is not needed: ${why} (${where})`,
  );
}

/** Returns of how many shards a result was merged, and a line for each check that they judged differently. */
export function mergedLines({ merged }: Pick<RunResult, 'merged'>): string[] {
  if (!merged) return [];
  const { shards, differing } = merged;
  return [
    `merged from ${counted(shards.length, 'shard')}`,
    ...differing.map((what) => `other verdicts in other shards: ${what}`),
  ];
}

/** Returns the lines below the counts of a run: what is left out, which waivers are not needed, what was merged. */
export function noteLines(result: Pick<RunResult, 'excluded' | 'unusedWaivers' | 'merged'>): string[] {
  return [...excludedLines(result), ...unusedWaiverLines(result), ...mergedLines(result)];
}

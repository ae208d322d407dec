import { areaOf } from '../check/area-of.ts';
import type { Check } from '../check/define-check.ts';
import type { ExcludedCheck } from '../check/result.ts';

/** Returns the checks of `selected` that do not run, each with what leaves it out. */
export function excludedOf(
  selected: readonly Check[],
  chosen: readonly Check[],
  { areasOff, skippedBy }: { areasOff: ReadonlySet<string>; skippedBy: string },
): ExcludedCheck[] {
  const ids = new Set(chosen.map(({ id }) => id));
  return selected
    .filter(({ id }) => !ids.has(id))
    .map(({ id }) => ({ id, reason: areasOff.has(areaOf(id)) ? 'contract' : skippedBy }));
}

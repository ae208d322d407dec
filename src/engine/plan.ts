import { type Check, idsBefore } from '../check/define-check.ts';
import { effectsOf } from '../check/effects.ts';
import type { ExcludedCheck, Shard } from '../check/result.ts';

/** What will run, in an order in which each check follows those that it is `after`; the order of every report. */
export interface Plan {
  checks: readonly Check[];
  /** For each check, the positions in `checks` of what it is after; what is not part of the run is left out. */
  after: readonly (readonly number[])[];
  /** The ids that were selected, without what runs only because another check is after it. Default: all. */
  selected?: ReadonlySet<string>;
  /** Selected checks that something leaves out. Default: none. */
  excluded?: readonly ExcludedCheck[];
  /** The part of the selected checks that it is. Default: all of them. */
  shard?: Shard;
}

/**
 * The chosen checks as a graph, each with the effects that it has with its `options`. `checks` must be those of
 * `makeChecks`, without a cycle. Among those that could come next, the order is by id.
 */
export function makePlan(chosen: readonly Check[], options?: ReadonlyMap<string, unknown>): Plan {
  const sorted = chosen
    .map((check) => ({ ...check, effects: effectsOf(check, options?.get(check.id)) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const byId = new Map(sorted.map((check) => [check.id, check]));
  const position = new Map<string, number>();
  const checks: Check[] = [];
  const stack: { check: Check; before: string[]; next: number }[] = [];
  const open = (check: Check) => stack.push({ check, before: idsBefore(check), next: 0 });
  for (const check of sorted) {
    if (!position.has(check.id)) open(check);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const id = top.before[top.next++];
      if (id === undefined) {
        stack.pop();
        position.set(top.check.id, checks.length);
        checks.push(top.check);
      } else {
        const before = byId.get(id);
        if (before && !position.has(id)) open(before);
      }
    }
  }
  const after = checks.map((check) =>
    idsBefore(check).flatMap((id) => (byId.has(id) ? [position.get(id) as number] : [])),
  );
  return { checks, after };
}

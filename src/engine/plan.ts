import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { nearest } from '../base/nearest.ts';
import type { Check } from '../check/define-check.ts';
import { effectsOf } from '../check/effects.ts';

/** What will run, in an order in which each check follows those that it is `after`; the order of every report. */
export interface Plan {
  checks: readonly Check[];
  /** For each check, the positions in `checks` of what it is after; what is not part of the run is left out. */
  after: readonly (readonly number[])[];
}

/** Throws a `Fault` (78) that names every duplicate id, every unknown id in `after`, and a cycle. */
export function assertSound(checks: readonly Check[]): void {
  const problems: string[] = [];
  const byId = new Map<string, Check>();
  for (const check of checks) {
    const twin = byId.get(check.id);
    if (twin) problems.push(`${check.id}: two checks have this id: ${twin.source} and ${check.source}`);
    else byId.set(check.id, check);
  }
  const ids = [...byId.keys()];
  for (const check of byId.values()) {
    for (const id of check.after ?? []) {
      if (byId.has(id)) continue;
      const near = nearest(id, ids);
      problems.push(`${check.id}: is after "${id}", which does not exist${near ? `; nearest: ${near}` : ''}`);
    }
  }
  const cycle = findCycle(byId);
  if (cycle) problems.push(`${cycle.join(' → ')}: each waits for the next, none can run`);
  if (problems.length === 0) return;
  throw new Fault({
    code: 'bad-checks',
    message: `the checks do not fit together (${problems.length} problem${problems.length > 1 ? 's' : ''})`,
    details: problems,
    exitCode: ExitCode.config,
  });
}

/**
 * The chosen checks as a graph, each with the effects that it has with its `options`. `checks` must be sound. Among those
 * that could come next, the order is by id.
 */
export function makePlan(chosen: readonly Check[], options?: ReadonlyMap<string, unknown>): Plan {
  const sorted = chosen
    .map((check) => ({ ...check, effects: effectsOf(check, options?.get(check.id)) }))
    .sort(byAreaAndId);
  const byId = new Map(sorted.map((check) => [check.id, check]));
  const position = new Map<string, number>();
  const checks: Check[] = [];
  const stack: { check: Check; next: number }[] = [];
  for (const check of sorted) {
    if (!position.has(check.id)) stack.push({ check, next: 0 });
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const id = top.check.after?.[top.next++];
      if (id === undefined) {
        stack.pop();
        if (position.has(top.check.id)) continue;
        position.set(top.check.id, checks.length);
        checks.push(top.check);
      } else {
        const before = byId.get(id);
        if (before && !position.has(id)) stack.push({ check: before, next: 0 });
      }
    }
  }
  const after = checks.map((check) =>
    (check.after ?? []).flatMap((id) => (byId.has(id) ? [position.get(id) as number] : [])),
  );
  return { checks, after };
}

function byAreaAndId(a: Check, b: Check): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The ids of one cycle, the first one repeated at the end. */
function findCycle(byId: ReadonlyMap<string, Check>): string[] | undefined {
  const done = new Set<string>();
  for (const start of byId.keys()) {
    if (!byId.get(start)?.after?.length) continue;
    const path: { id: string; next: number }[] = [{ id: start, next: 0 }];
    const onPath = new Set([start]);
    while (path.length > 0) {
      const top = path[path.length - 1] as { id: string; next: number };
      const id = byId.get(top.id)?.after?.[top.next++];
      if (id === undefined) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(id)) {
        const ids = path.map((step) => step.id);
        return [...ids.slice(ids.indexOf(id)), id];
      } else if (!done.has(id) && byId.has(id)) {
        path.push({ id, next: 0 });
        onPath.add(id);
      }
    }
  }
  return undefined;
}

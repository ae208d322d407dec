import type { CheckResult } from '../check/result.ts';

/** The checks of each area, areas by name, checks in the order of the plan. */
export function byArea(checks: readonly CheckResult[]): [area: string, checks: CheckResult[]][] {
  const areas = new Map<string, CheckResult[]>();
  for (const check of checks) {
    const area = areas.get(check.area);
    if (area) area.push(check);
    else areas.set(check.area, [check]);
  }
  return [...areas].sort(([a], [b]) => (a < b ? -1 : 1));
}

import type { Check } from '../check/define-check.ts';
import { effectsOf } from '../check/effects.ts';
import type { CheckResult } from '../check/result.ts';
import type { Sabotage } from '../check/sabotage.ts';
import { lasts } from './sabotage/lasting.ts';

/** One check and one way to break the stack for it. */
export interface Case {
  check: Check;
  healthy: CheckResult;
  sabotage: Sabotage;
  /** The stack itself, not only what this check sees of it: nothing else may look at it meanwhile. */
  breaksStack: boolean;
}

export interface ProofPlan {
  /** The cases of a check that leave the stack whole, one check beside the other. */
  together: Case[][];
  /** Cases that break the stack in the same way; one group after the other. */
  alone: Case[][];
}

const usualWaitMs = 3000;

/** What can be shown of a check. One that is skipped here can still be shown to fail where other options make it run. */
export function casesOf(check: Check, healthy: CheckResult): Case[] {
  const { sabotage = [] } = check;
  const possible =
    healthy.status === 'pass'
      ? sabotage
      : sabotage.filter(({ kind }) => healthy.status === 'skip' && kind === 'options');
  return possible.map((each) => ({
    check,
    healthy,
    sabotage: each,
    breaksStack: effectsOf(check) === 'disruptive' || lasts(each),
  }));
}

export function groupsOf(cases: readonly Case[]): ProofPlan {
  const together = new Map<Check, Case[]>();
  const alone: Case[][] = [];
  for (const each of cases) {
    if (!each.breaksStack) together.set(each.check, [...(together.get(each.check) ?? []), each]);
    else {
      const group = alone.find((group) => goTogether(group, each));
      if (group) group.push(each);
      else alone.push([each]);
    }
  }
  return { together: [...together.values()].sort(slowerFirst), alone: alone.sort(slowerFirst) };
}

/** Beside long work the short work gets done; and what is slow to look at was just seen to be healthy. */
function slowerFirst(one: readonly Case[], other: readonly Case[]): number {
  const slowness = (group: readonly Case[]) =>
    group.reduce((sum, each) => sum + each.healthy.durationMs + (waitsInVain(each) ? usualWaitMs : 0), 0);
  return slowness(other) - slowness(one);
}

/** For what never comes: the sabotage has a shorter wait for it, or makes it late. */
function waitsInVain({ sabotage }: Case): boolean {
  return (
    sabotage.options !== undefined || (sabotage.kind === 'http' && sabotage.change.delayMs !== undefined)
  );
}

/** A check that stops services itself shares the stack with no other check, and no check runs twice in a group. */
function goTogether(group: readonly Case[], each: Case): boolean {
  const apart = (other: Case) => other.check === each.check || effectsOf(other.check) === 'disruptive';
  return effectsOf(each.check) !== 'disruptive' && !group.some(apart) && wayOf(group[0]) === wayOf(each);
}

function wayOf(each: Case | undefined): string {
  return JSON.stringify({ ...each?.sabotage, name: '', code: '', options: {} });
}

/** Calls `work` for `items` in their order, `concurrency` at a time; starts nothing more after the abort. */
export async function forEachWithConcurrency<T>(
  items: readonly T[],
  concurrency: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined && !signal.aborted; item = queue.shift()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}

export function replacedBy(
  { sabotage }: Case,
  state: 'broken' | 'restored',
): Readonly<Record<string, unknown>> {
  const broken = sabotage.kind === 'options' && state === 'broken' ? sabotage.set : {};
  return { ...sabotage.options, ...broken };
}

export function optionsOf(
  cases: readonly Case[],
  state: 'broken' | 'restored',
): Map<string, Readonly<Record<string, unknown>>> {
  const options = new Map<string, Readonly<Record<string, unknown>>>();
  for (const each of cases) {
    const { id } = each.check;
    options.set(id, { ...options.get(id), ...replacedBy(each, state) });
  }
  return options;
}

export function unhurried(each: Case): Case {
  return { ...each, sabotage: { ...each.sabotage, options: {} } };
}

export function checksOf(cases: readonly Case[]): Check[] {
  return [...new Set(cases.map(({ check }) => check))];
}

import type { Check } from '../check/define-check.ts';
import { effectsOf } from '../check/effects.ts';
import type { Attempt, CheckResult } from '../check/result.ts';
import type { RunningAttempt } from './attempt.ts';
import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';

/** Where a check is on its way. */
export interface Progress {
  check: Check;
  index: number;
  /** The positions of what is after it. */
  dependents: number[];
  /** How many checks it still waits for. */
  waitingFor: number;
  /** Runs alone, after all others: it takes services away or uses up what others share, or comes after one that does. */
  alone: boolean;
  /** Of those that run alone: the ones with the same name may run beside each other. */
  company: string | undefined;
  state: 'waiting' | 'ready' | 'running' | 'pausing' | 'done';
  attempts: Attempt[];
  startMs: number;
  running: RunningAttempt | undefined;
  cancelPause: (() => void) | undefined;
  /** The outcome of its last attempt, while a service is asked about it. */
  last: Outcome | undefined;
  result: CheckResult | undefined;
}

/** Every check of the plan at its start. */
export function progressOf({ checks, after }: Plan): Progress[] {
  const all: Progress[] = [];
  checks.forEach((check, index) => {
    const before = after[index] as readonly number[];
    all.push({
      check,
      index,
      dependents: [],
      waitingFor: before.length,
      alone:
        check.runsAlone === true ||
        effectsOf(check) === 'disruptive' ||
        before.some((position) => (all[position] as Progress).alone),
      company: check.runsAlone ? undefined : check.stops,
      state: 'waiting',
      attempts: [],
      startMs: 0,
      running: undefined,
      cancelPause: undefined,
      last: undefined,
      result: undefined,
    });
    for (const position of before) (all[position] as Progress).dependents.push(index);
  });
  return all;
}

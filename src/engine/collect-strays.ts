import { messageOf } from '../base/errors.ts';
import type { CheckResult } from '../check/result.ts';
import { toThrewAfterReturn } from './forced-outcomes.ts';
import type { Progress } from './progress.ts';
import { catchStrayErrors } from './stray-errors.ts';

/** What the code of a run throws outside of its promises. */
export interface Strays {
  /** Of an error that came from no check. */
  internalError(): string | undefined;
  /** True where a result that was composed before may have changed. */
  any(): boolean;
  /** Returns the result, as an error where the check threw after it had returned. */
  applyTo(result: CheckResult): CheckResult;
  stop(): void;
}

/** Ends a running check that throws outside of its promise, and collects what is thrown later. */
export function collectStrays(all: readonly Progress[]): Strays {
  let internalError: string | undefined;
  const late = new Map<string, string>();
  const stop = catchStrayErrors((thrown, context) => {
    const progress = context && all.find(({ check }) => check.id === context.checkId);
    if (!context || !progress) {
      internalError ??= messageOf(thrown);
    } else if (progress.running && !context.isOver()) {
      const actual = `outside of its promise: ${messageOf(thrown)}`;
      progress.running.end({ status: 'error', code: 'threw', actual, evidence: [] });
    } else late.set(context.checkId, `after it had returned: ${messageOf(thrown)}`);
  });
  return {
    internalError: () => internalError,
    any: () => late.size > 0 || internalError !== undefined,
    applyTo: (result) => {
      const stray = late.get(result.id);
      return stray === undefined ? result : toThrewAfterReturn(result, stray);
    },
    stop,
  };
}

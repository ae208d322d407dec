import { messageOf } from '../base/errors.ts';
import type { CheckResult } from '../check/result.ts';
import { toThrewAfterReturn } from './forced-outcomes.ts';
import type { Progress } from './progress.ts';
import { redactOrOmit } from './redact-deep.ts';
import { catchStrayErrors } from './stray-errors.ts';

/** Errors that end no attempt by themselves: thrown outside of the promises of a run, or by its own code. */
export interface Strays {
  /** Records an error of the run's own code. */
  add(source: string, thrown: unknown): void;
  /** Returns the result of some of the run's own code; records what it throws. */
  guard<T>(source: string, work: () => T): T | undefined;
  /** Of an error that came from no check. */
  internalError(): string | undefined;
  /** Returns the result, as an error where the check threw after it had returned. */
  applyTo(result: CheckResult): CheckResult;
  stop(): void;
}

/** Ends a running check that throws outside of its promise, and collects what is thrown later. */
export function collectStrays(all: readonly Progress[], redact?: (text: string) => string): Strays {
  let internalError: string | undefined;
  const late = new Map<string, string>();
  const stop = catchStrayErrors((thrown, context) => {
    const progress = context && all.find(({ check }) => check.id === context.checkId);
    if (!context || !progress) {
      internalError ??= redactOrOmit(messageOf(thrown), redact);
    } else if (progress.running && !context.isOver()) {
      const actual = `outside of its promise: ${messageOf(thrown)}`;
      progress.running.end({ status: 'error', code: 'threw', actual, evidence: [] });
    } else late.set(context.checkId, `after it had returned: ${redactOrOmit(messageOf(thrown), redact)}`);
  });
  const add = (source: string, thrown: unknown) => {
    internalError ??= `${source}: ${redactOrOmit(messageOf(thrown), redact)}`;
  };
  return {
    add,
    guard(source, work) {
      try {
        return work();
      } catch (thrown) {
        add(source, thrown);
        return undefined;
      }
    },
    internalError: () => internalError,
    applyTo: (result) => {
      const stray = late.get(result.id);
      return stray === undefined ? result : toThrewAfterReturn(result, stray);
    },
    stop,
  };
}

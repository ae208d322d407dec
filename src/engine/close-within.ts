import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { OpenedProbes } from './attempt.ts';

/** Longest time of closing before the run continues without it. Restoring the stack takes longer. */
const closeWithinMs = 2000;
const restoreWithinMs = 60_000;

/** Calls back once, when everything is released or the time for it is over; with the problem or what is left of the stack. */
export function closeWithin(opened: OpenedProbes, clock: Clock, done: (problem?: string) => void): void {
  const failed = (thrown: unknown) => `cleaning up: ${messageOf(thrown)}`;
  const leftNow = () => {
    try {
      return opened.left?.();
    } catch (thrown) {
      return messageOf(thrown);
    }
  };
  const withinMs = leftNow() === undefined ? closeWithinMs : restoreWithinMs;
  let closing: Promise<void> | void;
  try {
    closing = opened.close();
  } catch (thrown) {
    done(failed(thrown));
    return;
  }
  if (!closing) {
    done();
    return;
  }
  let called = false;
  const once = (problem?: string) => {
    if (called) return;
    called = true;
    cancel();
    done(problem);
  };
  const cancel = clock.after(withinMs, () => {
    const left = leftNow();
    once(left && failed(left));
  });
  closing.then(
    () => once(),
    (thrown) => once(failed(thrown)),
  );
}

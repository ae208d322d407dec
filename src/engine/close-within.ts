import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { OpenedProbes } from './attempt.ts';

/** Calls back once, when everything is released or the time for it is over; with what went wrong or is left of the stack. */
export function closeWithin(
  opened: OpenedProbes,
  ms: number,
  clock: Clock,
  done: (problem?: string) => void,
): void {
  const failed = (thrown: unknown) => `cleaning up: ${messageOf(thrown)}`;
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
  const cancel = clock.after(ms, () => {
    const left = opened.left?.();
    once(left && failed(left));
  });
  closing.then(
    () => once(),
    (thrown) => once(failed(thrown)),
  );
}

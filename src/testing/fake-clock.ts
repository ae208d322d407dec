import type { Clock } from '../base/clock.ts';

export interface FakeClock extends Clock {
  /** Advances the time: every timer fires at its time, and its promises settle before the next timer. */
  advance(ms: number): Promise<void>;
  /** Advances the time without firing timers, like a blocked event loop; due timers fire at the next `advance`. */
  freeze(ms: number): void;
  /** Number of pending timers. */
  readonly pending: number;
}

/** The monotonic time of a process that has lived for a while: only differences of it mean anything. */
const originMs = 100_000;

export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let elapsedMs = 0;
  let order = 0;
  const timers = new Set<{ at: number; order: number; callback: () => void }>();
  const next = (untilMs: number) =>
    [...timers].filter(({ at }) => at <= untilMs).sort((a, b) => a.at - b.at || a.order - b.order)[0];
  return {
    now: () => startMs + elapsedMs,
    monotonic: () => originMs + elapsedMs,
    after(delayMs, callback) {
      const timer = { at: elapsedMs + Math.max(0, delayMs), order: order++, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const endMs = elapsedMs + ms;
      await settled();
      for (let timer = next(endMs); timer; timer = next(endMs)) {
        timers.delete(timer);
        elapsedMs = Math.max(elapsedMs, timer.at);
        timer.callback();
        await settled();
      }
      elapsedMs = Math.max(elapsedMs, endMs);
      await settled();
    },
    freeze(ms) {
      elapsedMs += ms;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** Resolves once all promises that do not depend on time have settled. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

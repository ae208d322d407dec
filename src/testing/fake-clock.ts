import type { Clock } from '../base/clock.ts';

export interface FakeClock extends Clock {
  /** Lets so much time pass: every timer fires at its moment, and what it set in motion settles before the next one. */
  advance(ms: number): Promise<void>;
  /** Time passes and no timer fires, as while the event loop is blocked; what is due fires at the next `advance`. */
  freeze(ms: number): void;
  /** Timers that wait; 0 at the end of a test that cleaned up. */
  readonly pending: number;
}

export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let elapsedMs = 0;
  let order = 0;
  const timers = new Set<{ at: number; order: number; callback: () => void }>();
  const next = (untilMs: number) =>
    [...timers].filter(({ at }) => at <= untilMs).sort((a, b) => a.at - b.at || a.order - b.order)[0];
  return {
    now: () => startMs + elapsedMs,
    monotonic: () => elapsedMs,
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

/** Promises that can settle without time passing have settled. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

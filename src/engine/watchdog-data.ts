/** The input of the watchdog's thread. */
export interface WatchdogData {
  /** Grows while the main thread lives. */
  beat: Int32Array;
  /** Longest time without a beat. */
  quietMs: number;
  /** From the start; later, a short silence is enough. */
  deadlineMs: number;
}

const key = 'meatymusic.stalled';

/** Where the main thread keeps what the watchdog calls. */
export const stalledKey: unique symbol = Symbol.for(key) as never;

/** Ends the run, attributed to the check whose code runs; without one only if `anyCheck`. */
export type Stalled = (options: { anyCheck: boolean }) => void;

/** Evaluated in the main thread, in the middle of whatever it does. */
export const endRunExpression = (options: Parameters<Stalled>[0]) =>
  `globalThis[Symbol.for(${JSON.stringify(key)})]?.(${JSON.stringify(options)})`;

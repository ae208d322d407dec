/** What the watchdog's thread is given. */
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

/** Ends the run in the name of the check whose code runs; where none does, only for `whoever` it may be. */
export type Stalled = (options: { whoever: boolean }) => void;

/** Evaluated in the main thread, in the middle of whatever it does. */
export const endRunExpression = (options: Parameters<Stalled>[0]) =>
  `globalThis[Symbol.for(${JSON.stringify(key)})]?.(${JSON.stringify(options)})`;

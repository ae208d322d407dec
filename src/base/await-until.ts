import { type Clock, systemClock } from './clock.ts';
import { messageOf } from './errors.ts';

export interface AwaitUntilOptions {
  /** Condition for the error message: `api to be ready`. */
  what: string;
  withinMs: number;
  /** First pause between attempts; grows by half each time up to `maxIntervalMs`. Default: 20. */
  intervalMs?: number;
  /** Default: 250. */
  maxIntervalMs?: number;
  signal?: AbortSignal | undefined;
  clock?: Clock;
}

/** Error after the deadline; `cause` is the last failure, `attempts` the number of attempts. */
export class AwaitTimeout extends Error {
  override readonly name = 'AwaitTimeout';
  readonly code = 'await-timeout';
  readonly attempts: number;

  constructor(what: string, withinMs: number, attempts: number, cause: unknown) {
    const last = cause === undefined ? '' : `; last: ${messageOf(cause)}`;
    super(`waited ${withinMs} ms for ${what} (${attempts} attempts)${last}`, { cause });
    this.attempts = attempts;
  }
}

/**
 * Calls `probe` until it returns something other than `undefined`, and returns that.
 * A probe that throws is tried again. Rejects with `AwaitTimeout`, or with the signal's reason.
 */
export async function awaitUntil<T>(
  probe: (attempt: number) => Promise<T | undefined> | T | undefined,
  { what, withinMs, intervalMs = 20, maxIntervalMs = 250, signal, clock = systemClock }: AwaitUntilOptions,
): Promise<T> {
  const end = clock.monotonic() + withinMs;
  let pauseMs = intervalMs;
  let lastFailure: unknown;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      const value = await probe(attempt);
      if (value !== undefined) return value;
    } catch (thrown) {
      lastFailure = thrown;
    }
    const leftMs = end - clock.monotonic();
    if (leftMs <= 0) throw new AwaitTimeout(what, withinMs, attempt, lastFailure);
    await pause(Math.min(pauseMs, leftMs), signal, clock);
    pauseMs = Math.min(pauseMs * 1.5, maxIntervalMs);
  }
}

/** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
export function pause(ms: number, signal?: AbortSignal, clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

import { describe, expect, it } from 'vitest';
import { AwaitTimeout, awaitUntil, pause } from './await-until.ts';
import type { Clock } from './clock.ts';

/** A clock that advances only when something waits. */
function instantClock(): Clock & { waited: number[] } {
  let ms = 0;
  const waited: number[] = [];
  return {
    waited,
    now: () => ms,
    monotonic: () => ms,
    after(delayMs, callback) {
      let cancelled = false;
      waited.push(delayMs);
      queueMicrotask(() => {
        if (cancelled) return;
        ms += delayMs;
        callback();
      });
      return () => {
        cancelled = true;
      };
    },
  };
}

describe('awaitUntil', () => {
  it('returns the first value that is not undefined', async () => {
    const clock = instantClock();
    const value = await awaitUntil((attempt) => (attempt === 3 ? 'ready' : undefined), {
      what: 'it',
      withinMs: 1000,
      clock,
    });
    expect(value).toBe('ready');
    expect(clock.waited).toEqual([20, 30]);
  });

  it('accepts a falsy value as the result', async () => {
    expect(await awaitUntil(() => 0, { what: 'it', withinMs: 10, clock: instantClock() })).toBe(0);
  });

  it('keeps the last failure and counts the attempts when the deadline passes', async () => {
    const failure = await awaitUntil(() => Promise.reject(new Error('connection refused')), {
      what: 'the API',
      withinMs: 100,
      intervalMs: 40,
      clock: instantClock(),
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AwaitTimeout);
    expect(failure).toMatchObject({ code: 'await-timeout', attempts: 3 });
    expect(String(failure)).toContain('waited 100 ms for the API (3 attempts); last: connection refused');
  });

  it('rejects with the reason of the signal, without another attempt', async () => {
    const abort = new AbortController();
    let attempts = 0;
    const reason = new Error('interrupted');
    await expect(
      awaitUntil(
        () => {
          attempts++;
          abort.abort(reason);
          return undefined;
        },
        { what: 'it', withinMs: 1000, signal: abort.signal, clock: instantClock() },
      ),
    ).rejects.toBe(reason);
    expect(attempts).toBe(1);
  });
});

describe('pause', () => {
  it('rejects at once when the signal has aborted already', async () => {
    await expect(pause(60_000, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });

  it('ends when the signal aborts in the middle', async () => {
    const abort = new AbortController();
    const paused = pause(60_000, abort.signal);
    abort.abort(new Error('stop'));
    await expect(paused).rejects.toThrow('stop');
  });
});

import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { closeWithin } from './close-within.ts';

/** Closes, and collects what it calls back with. */
function begin(close: () => Promise<void> | void, left?: () => string | undefined) {
  const clock = createFakeClock();
  const called: (string | undefined)[] = [];
  closeWithin({ probes: {}, close, ...(left && { left }) }, clock, (problem) => called.push(problem));
  return { clock, called };
}

describe('closeWithin', () => {
  it('calls back when all is released, and leaves no timer', async () => {
    const { clock, called } = begin(async () => {});
    await clock.advance(0);
    expect([called, clock.pending]).toEqual([[undefined], 0]);
  });

  it.each<[string, () => Promise<void> | void]>([
    [
      'at once',
      () => {
        throw new Error('stuck');
      },
    ],
    ['later', () => Promise.reject(new Error('stuck'))],
  ])('calls back with what goes wrong %s', async (_when, close) => {
    const { clock, called } = begin(close);
    await clock.advance(0);
    expect([called, clock.pending]).toEqual([['cleaning up: stuck'], 0]);
  });

  it('calls back once where the release ends after the time for it', async () => {
    let release = () => {};
    const { clock, called } = begin(
      () =>
        new Promise((resolve) => {
          release = resolve;
        }),
    );
    await clock.advance(1999);
    expect(called).toEqual([]);
    await clock.advance(1);
    release();
    await clock.advance(60_000);
    expect(called).toEqual([undefined]);
  });

  it('gives a minute to restore the stack, and then reports what is left', async () => {
    let what: string | undefined = 'cache and api are stopped';
    const { clock, called } = begin(
      () => new Promise(() => {}),
      () => what,
    );
    what = 'cache is stopped';
    await clock.advance(59_999);
    expect(called).toEqual([]);
    await clock.advance(1);
    expect(called).toEqual(['cleaning up: cache is stopped']);
  });

  it('takes an unknown rest for one', async () => {
    const left = () => {
      throw new Error('no journal');
    };
    const { clock, called } = begin(() => new Promise(() => {}), left);
    await clock.advance(60_000);
    expect(called).toEqual(['cleaning up: no journal']);
  });
});

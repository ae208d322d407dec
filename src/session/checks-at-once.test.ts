import { describe, expect, it } from 'vitest';
import { checksAtOnce } from './checks-at-once.ts';

describe('the number of checks at the same time', () => {
  it.each([
    ['compose', 1, 4],
    ['compose', 2, 4],
    ['embedded', 4, 8],
    ['embedded', 64, 16],
    ['external', 2, 16],
  ])('on a stack of the runtime %s and %i processors is %i', (runtime, processors, expected) => {
    expect(checksAtOnce({}, { runtime }, processors)).toBe(expected);
  });

  it('is the configured one', () => {
    expect(checksAtOnce({ concurrency: 7 }, { runtime: 'compose' }, 2)).toBe(7);
  });
});

import { describe, expect, it } from 'vitest';

// The process-wide handlers are tested where no other listener is registered: in a process of their own (verify.e2e.test.ts).
import { currentAttempt, inAttempt } from './stray-errors.ts';

describe('inAttempt', () => {
  it('knows the check in everything that it sets in motion', async () => {
    const context = { checkId: 'a/one', number: 1, isOver: () => false };
    const seen = await inAttempt(
      context,
      () =>
        new Promise((resolve) => setTimeout(() => Promise.resolve().then(() => resolve(currentAttempt())))),
    );
    expect(seen).toBe(context);
    expect(currentAttempt()).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { makeCheck } from '../testing/make-check.ts';
import { makePlan } from './plan.ts';

describe('makePlan', () => {
  const order = (...checks: Parameters<typeof makePlan>[0]) => makePlan(checks).checks.map(({ id }) => id);

  it('orders by id, what a check is after before it, whatever the order of the files', () => {
    const checks = [
      makeCheck({ id: 'a/one', after: ['z/last'] }),
      makeCheck({ id: 'b/two' }),
      makeCheck({ id: 'z/last' }),
    ];
    expect(order(...checks)).toEqual(['z/last', 'a/one', 'b/two']);
    expect(order(...checks.reverse())).toEqual(['z/last', 'a/one', 'b/two']);
  });

  it('orders what may block a check before it', () => {
    const blocked = makeCheck({ id: 'a/one', blockedBy: { 'z/last': ['wrong'] } });
    expect(order(blocked, makeCheck({ id: 'z/last' }))).toEqual(['z/last', 'a/one']);
  });

  it('leaves out what is not part of the run', () => {
    expect(makePlan([makeCheck({ id: 'a/one', after: ['b/skipped'] })]).after).toEqual([[]]);
  });

  it('has each check once, however many are after it', () => {
    const checks = [
      makeCheck({ id: 'a/one', after: ['b/two', 'c/three'] }),
      makeCheck({ id: 'b/two', after: ['c/three'] }),
      makeCheck({ id: 'c/three' }),
      makeCheck({ id: 'd/four', after: ['c/three', 'a/one'] }),
    ];
    expect(makePlan(checks)).toMatchObject({
      checks: [{ id: 'c/three' }, { id: 'b/two' }, { id: 'a/one' }, { id: 'd/four' }],
      after: [[], [0], [1, 0], [0, 2]],
    });
  });

  it('takes a chain of ten thousand', () => {
    const checks = Array.from({ length: 10_000 }, (_, index) =>
      makeCheck({ id: `a/${index}`, after: index < 9999 ? [`a/${index + 1}`] : [] }),
    );
    expect(order(...checks)[0]).toBe('a/9999');
  });
});

import { describe, expect, it } from 'vitest';
import { makeCheck } from '../testing/make-check.ts';
import { assertSound, makePlan } from './plan.ts';

const problems = (...checks: Parameters<typeof assertSound>[0]) => {
  try {
    assertSound(checks);
    return [];
  } catch (fault) {
    return [(fault as { exitCode: number }).exitCode, ...(fault as { details: string[] }).details];
  }
};

describe('assertSound', () => {
  it('names both sources of a duplicate id', () => {
    expect(
      problems(makeCheck({ id: 'a/one', source: 'x.ts' }), makeCheck({ id: 'a/one', source: 'y.ts' })),
    ).toEqual([78, 'a/one: two checks have this id: x.ts and y.ts']);
  });

  it('names an unknown id in after, and the nearest', () => {
    expect(
      problems(makeCheck({ id: 'a/one' }), makeCheck({ id: 'a/two', after: ['a/on', 'zzzzzz'] })),
    ).toEqual([
      78,
      'a/two: is after "a/on", which does not exist; nearest: a/one',
      'a/two: is after "zzzzzz", which does not exist',
    ]);
  });

  it('names every check of a cycle', () => {
    expect(
      problems(
        makeCheck({ id: 'a/start', after: ['a/one'] }),
        makeCheck({ id: 'a/one', after: ['a/two'] }),
        makeCheck({ id: 'a/two', after: ['a/three'] }),
        makeCheck({ id: 'a/three', after: ['a/one'] }),
      ),
    ).toEqual([78, 'a/one → a/two → a/three → a/one: each waits for the next, none can run']);
  });

  it('names a check that is after itself', () => {
    expect(problems(makeCheck({ id: 'a/one', after: ['a/one'] }))).toEqual([
      78,
      'a/one → a/one: each waits for the next, none can run',
    ]);
  });

  it('tells every problem at once', () => {
    expect(
      problems(
        makeCheck({ id: 'a/one', after: ['a/one', 'b/none'] }),
        makeCheck({ id: 'a/two' }),
        makeCheck({ id: 'a/two' }),
      ),
    ).toHaveLength(4);
  });

  it('accepts a diamond', () => {
    expect(
      problems(
        makeCheck({ id: 'a/top' }),
        makeCheck({ id: 'a/left', after: ['a/top'] }),
        makeCheck({ id: 'a/right', after: ['a/top'] }),
        makeCheck({ id: 'a/bottom', after: ['a/left', 'a/right'] }),
      ),
    ).toEqual([]);
  });
});

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

  it('leaves out what is not part of the run', () => {
    expect(makePlan([makeCheck({ id: 'a/one', after: ['b/skipped'] })]).after).toEqual([[]]);
  });

  it('takes a chain of ten thousand', () => {
    const checks = Array.from({ length: 10_000 }, (_, index) =>
      makeCheck({ id: `a/${index}`, after: index < 9999 ? [`a/${index + 1}`] : [] }),
    );
    assertSound(checks);
    expect(order(...checks)[0]).toBe('a/9999');
  });
});

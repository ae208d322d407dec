import { describe, expect, it } from 'vitest';
import type { Check } from '../check/define-check.ts';
import { makeCheck } from '../testing/make-check.ts';
import { makeChecks } from './make-checks.ts';

const found = (...checks: Check[]) => ({
  checks: checks.map(({ id, source, ...definition }) => ({ id, source, definition })),
  problems: [],
});

const problemsIn = (...sources: Parameters<typeof makeChecks>[0]) => {
  try {
    makeChecks(sources);
    return [];
  } catch (fault) {
    return [(fault as { exitCode: number }).exitCode, ...(fault as { details: string[] }).details];
  }
};
const problems = (...checks: Check[]) => problemsIn(found(...checks));

describe('makeChecks', () => {
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
    ).toEqual([78, 'a/one → a/two → a/three → a/one: each is after the next, none can run']);
  });

  it('names what blocks a check and does not exist', () => {
    const codes = { wrong: { means: 'm', hint: 'h' } };
    expect(
      problems(
        makeCheck({ id: 'a/one', codes }),
        makeCheck({ id: 'a/two', blockedBy: { 'a/one': ['wrong', 'other'], 'a/none': ['wrong'] } }),
      ),
    ).toEqual([
      78,
      'a/two: is after "a/none", which does not exist; nearest: a/one',
      'a/two: is blocked by the code "other" of a/one, which has no such code',
    ]);
  });

  it('names a check that is after itself', () => {
    expect(problems(makeCheck({ id: 'a/one', after: ['a/one'] }))).toEqual([
      78,
      'a/one → a/one: each is after the next, none can run',
    ]);
  });

  it('reports every problem at once', () => {
    expect(
      problems(
        makeCheck({ id: 'a/one', after: ['a/one', 'b/none'] }),
        makeCheck({ id: 'a/two' }),
        makeCheck({ id: 'a/two' }),
      ),
    ).toHaveLength(4);
  });

  it('reports duplicates, cycles and unknown ids beside checks that cannot be read', () => {
    const source = {
      ...found(
        makeCheck({ id: 'a/one', after: ['a/broken'] }),
        makeCheck({ id: 'a/two', after: ['a/tow'] }),
        makeCheck({ id: 'a/three', after: ['a/four'] }),
        makeCheck({ id: 'a/four', after: ['a/three'] }),
      ),
      broken: [
        { id: 'a/broken', source: 'c.yaml:9', after: ['a/one'] },
        { id: 'a/two', source: 'c.yaml:12' },
      ],
      problems: ['c.yaml:9: http has no "ulr"', 'c.yaml:12: has no kind'],
    };
    const problems = problemsIn(source);
    expect(problems).toEqual([
      78,
      'c.yaml:9: http has no "ulr"',
      'c.yaml:12: has no kind',
      expect.stringMatching(/^a\/two: two checks have this id: .* and c\.yaml:12$/),
      'a/two: is after "a/tow", which does not exist; nearest: a/two',
      'a/one → a/broken → a/one: each is after the next, none can run',
      'a/three → a/four → a/three: each is after the next, none can run',
    ]);
  });

  it('takes no id for unknown that a part which cannot be read may define', () => {
    const source = {
      ...found(makeCheck({ id: 'a/one', after: ['b/two'] })),
      problems: ['b.yaml: cannot be read'],
    };
    expect(problemsIn(source)).toEqual([78, 'b.yaml: cannot be read']);
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

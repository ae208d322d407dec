import { expect, it } from 'vitest';
import { matcherExample } from './examples.ts';
import { compileMatcher, matcherNames } from './matcher.ts';

it('a name without an example is refused', () => {
  expect(() => matcherExample('nonsense')).toThrow('the matcher nonsense has no example');
});

it.each(matcherNames)('%s holds for its example and does not hold for its counterexample', (name) => {
  const { expectation, holds, fails } = matcherExample(name);
  const { test } = compileMatcher({ [name]: expectation }, []);
  expect([test(holds), test(fails)]).toEqual([true, false]);
});

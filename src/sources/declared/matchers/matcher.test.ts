import { describe, expect, test } from 'vitest';
import { json, table, texts } from '../../../testing/matcher-cases.ts';
import { compileMatcher } from './matcher.ts';
import { TextLines } from './text-lines.ts';

describe('matchers', () => {
  test.each(table)('%j against %j → %s', (value, expectation, holds) => {
    expect(compileMatcher(expectation, []).test(value) === true).toBe(holds);
  });
  test.each(texts)('the text %j against %j → %s', (text, expectation, holds) => {
    expect(compileMatcher(expectation, []).test(new TextLines(text)) === true).toBe(holds);
  });

  test('names that read better: contains, regexp, starts-with, ends-with, length, keys, any-order, json, semver', () => {
    const holds = (value: unknown, expectation: unknown) =>
      compileMatcher(expectation, []).test(value) === true;
    expect(
      holds('abc', { contains: 'b', 'starts-with': 'a', 'ends-with': 'c', regexp: 'b', length: 3 }),
    ).toBe(true);
    expect(holds('abc', { contains: 'b', 'starts-with': 'x' })).toBe(false);
    expect(holds({ a: 1, b: 2 }, { keys: ['a', 'b'] })).toBe(true);
    expect(holds({ a: 1 }, { keys: ['a', 'b'] })).toBe(false);
    expect(holds(['a', 'b'], { 'any-order': ['b', 'a'] })).toBe(true);
    expect(holds(json, { json: { name: 'x' } })).toBe(true);
    expect(holds('v20.19.0\n', { semver: '>=20.19' })).toBe(true);
    expect(
      holds(
        { 'content-type': 'text/html' },
        { 'have-key-with-value': { 'content-type': { contains: 'html' } } },
      ),
    ).toBe(true);
  });

  test('a megabyte of digits that is no number does not keep the matcher of a number for ever', () => {
    expect(compileMatcher(5, []).test(new TextLines(`${'1'.repeat(1e6)}x`))).toBeUndefined();
  });

  test.each([
    [[]],
    [{}],
    [null],
    [{ and: [] }],
    [{ 'contain-elements': [] }],
    [{ gjson: {} }],
    [{ nonsense: 1 }],
    [{ gt: 'x' }],
    [2 ** 53],
    [{ 'match-regexp': '(' }],
    [{ 'semver-constraint': 'x y z' }],
    [{ gjson: { 'a.@reverse': 1 } }],
    [{ constructor: 1 }],
  ])('%j is refused when it is read', (expectation) => {
    expect(() => compileMatcher(expectation, [])).toThrow();
  });
});

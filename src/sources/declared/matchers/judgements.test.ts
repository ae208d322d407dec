import { describe, expect, test } from 'vitest';
import { DeclaredProblem } from '../problem.ts';
import type { Judgement } from './compile.ts';
import { compileMatcher, matcherNames } from './matcher.ts';
import { TextLines } from './text-lines.ts';

const lines = (text: string) => new TextLines(text);

/** For each matcher a value that meets it, one that does not, and one that cannot be judged (`undefined`). */
const cases: [expectation: unknown, value: unknown, judgement: Judgement][] = [
  ['a', 'a', true],
  ['a', 'b', false],
  ['a', {}, false],
  [5, '5', true],
  [5, '6', false],
  [5, 'x', undefined],
  [true, true, true],
  [true, 'true', false],
  [{ gt: 1 }, 2, true],
  [{ gt: 1 }, 1, false],
  [{ gt: 1 }, 'x', undefined],
  [{ ge: 1 }, 1, true],
  [{ ge: 1 }, 0, false],
  [{ ge: 1 }, 'x', undefined],
  [{ lt: 1 }, 0, true],
  [{ lt: 1 }, 1, false],
  [{ lt: 1 }, 'x', undefined],
  [{ le: 1 }, 1, true],
  [{ le: 1 }, 2, false],
  [{ le: 1 }, 'x', undefined],
  [{ gt: '1' }, 2, true],
  [{ 'have-prefix': 'a' }, 'ab', true],
  [{ 'have-prefix': 'b' }, 'ab', false],
  [{ 'have-prefix': 'b' }, {}, undefined],
  [{ 'have-suffix': 'b' }, 'ab', true],
  [{ 'have-suffix': 'a' }, 'ab', false],
  [{ 'have-suffix': 'a' }, {}, undefined],
  [{ 'contain-substring': 'b' }, 'abc', true],
  [{ 'contain-substring': 'x' }, 'abc', false],
  [{ 'contain-substring': 5 }, '15', true],
  [{ 'contain-substring': 'x' }, null, undefined],
  [{ 'match-regexp': '^a' }, 'ab', true],
  [{ 'match-regexp': '^b' }, 'ab', false],
  [{ 'match-regexp': '^5$' }, 5, true],
  [{ 'match-regexp': '^b' }, {}, undefined],
  [{ 'semver-constraint': '>1.0.0' }, '1.5.0', true],
  [{ 'semver-constraint': '>1.0.0' }, '0.5.0', false],
  [{ 'semver-constraint': '>1.0.0' }, 'v1.5.0', undefined],
  [{ 'semver-constraint': '>1.0.0' }, '', undefined],
  [{ 'semver-constraint': '>1.0.0' }, 5, undefined],
  [{ 'semver-constraint': '>1.0.0' }, [], undefined],
  [{ 'semver-constraint': '>1.0.0' }, ['1.5.0', 'x'], undefined],
  [{ 'semver-constraint': '>1.0.0' }, ['1.5.0', '2.0.0'], true],
  [{ 'semver-constraint': '>1.0.0' }, ['1.5.0', '0.1.0'], false],
  [{ 'semver-constraint': '>1.0.0' }, ['1.5.0', 2], undefined],
  [{ semver: '>1.0.0' }, 'v1.5', true],
  [{ semver: '>1.0.0' }, 'v0.5', false],
  [{ semver: '>1.0.0' }, ['1.5.0', 2], undefined],
  [{ gt: 1 }, Number.POSITIVE_INFINITY, undefined],
  [{ equal: 1 }, 1, true],
  [{ equal: 1 }, '1', false],
  [{ not: { gt: 1 } }, 1, true],
  [{ not: { gt: 1 } }, 2, false],
  [{ not: { gt: 1 } }, 'x', undefined],
  [{ and: ['a', { gt: 1 }] }, 'a', undefined],
  [{ and: ['a', { 'have-len': 1 }] }, 'a', true],
  [{ and: ['a', { 'have-len': 2 }] }, 'a', false],
  [{ and: ['b', { gt: 1 }] }, 'a', false],
  [{ or: ['b', { gt: 1 }] }, 'a', undefined],
  [{ or: ['b', 'a'] }, 'a', true],
  [{ or: ['b', 'c'] }, 'a', false],
  [{ 'have-len': 2 }, 'ab', true],
  [{ 'have-len': { gt: 2 } }, 'ab', false],
  [{ 'have-len': 1 }, 5, undefined],
  [{ 'have-key': 'a' }, { a: 1 }, true],
  [{ 'have-key': 'b' }, { a: 1 }, false],
  [{ 'have-key': 'b' }, {}, false],
  [{ 'have-key': 'a' }, 'a', undefined],
  [{ 'have-key': { gt: 1 } }, { a: 1 }, undefined],
  [{ 'have-key': { gt: 1 } }, { a: 1, 2: 1 }, true],
  [{ not: { 'have-key': { gt: 1 } } }, { a: 1 }, undefined],
  [{ keys: ['a'] }, { a: 1, b: 2 }, true],
  [{ keys: ['a', 'b'] }, { a: 1 }, false],
  [{ keys: ['toString'] }, { a: 1 }, false],
  [{ keys: ['a'] }, ['a'], undefined],
  [{ 'have-key-with-value': { a: 1 } }, { a: 1 }, true],
  [{ 'have-key-with-value': { a: 1 } }, { a: 2 }, false],
  [{ 'have-key-with-value': { a: 1 } }, { b: 1 }, false],
  [{ 'have-key-with-value': { a: 1, b: 2 } }, { a: 1, b: 3 }, false],
  [{ 'have-key-with-value': { a: { gt: 1 } } }, { a: 'x' }, undefined],
  [{ 'have-key-with-value': { b: { gt: 1 }, a: { gt: 1 } } }, { a: 'x' }, false],
  [{ 'have-key-with-value': { toString: { not: 'x' } } }, {}, false],
  [{ 'have-key-with-value': { a: 1 } }, 'a', undefined],
  [{ not: { 'have-key-with-value': { a: { gt: 1 } } } }, { a: 'x' }, undefined],
  [{ not: { 'have-key-with-value': { a: 1 } } }, { a: 2 }, true],
  [{ gjson: { a: 1 } }, '{"a":1}', true],
  [{ gjson: { a: 1, b: 2 } }, '{"a":1,"b":3}', false],
  [{ gjson: { a: 1 } }, '{}', undefined],
  [{ gjson: { a: 1 } }, 'none', undefined],
  [{ gjson: { a: { not: 'x' } } }, '{}', undefined],
  [{ gjson: { '@this': { not: 'x' } } }, 'none', undefined],
  [{ 'contain-element': 'a' }, ['a', 'b'], true],
  [{ 'contain-element': 'c' }, ['a', 'b'], false],
  [{ 'contain-element': 'c' }, [], false],
  [{ 'contain-element': 'c' }, 5, undefined],
  [{ 'contain-element': { gt: 5 } }, ['6', 'b'], true],
  [{ 'contain-element': { gt: 5 } }, ['1', 'b'], undefined],
  [{ 'contain-elements': ['a', 'b'] }, ['b', 'c', 'a'], true],
  [{ 'contain-elements': ['a', 'a'] }, ['a', 'b'], false],
  [{ not: { 'contain-elements': ['a', 'c'] } }, ['a', 'b'], true],
  [{ not: { 'contain-elements': ['a', 'b'] } }, ['a', 'b'], false],
  [{ 'contain-elements': ['a'] }, 5, undefined],
  // An element that more than one expectation fits is given to the one that has no other.
  [{ 'consist-of': [{ 'have-len': 1 }, 'a'] }, ['a', 'b'], true],
  [{ 'consist-of': [{ 'have-len': 1 }, { 'have-len': 1 }, 'a'] }, ['a', 'b', 'cc'], false],
  [{ 'consist-of': [{ 'have-len': 1 }, 'a', { 'have-prefix': 'a' }] }, ['a', 'ab', 'b'], true],
  [{ 'consist-of': ['a', 'b'] }, ['b', 'a'], true],
  [{ 'consist-of': ['a'] }, ['a', 'b'], false],
  [{ 'consist-of': [] }, ['a'], false],
  [{ 'consist-of': [] }, [], true],
  [{ 'consist-of': ['a'] }, 5, undefined],
  [{ contains: 'b' }, 'abc', true],
  [{ contains: 'x' }, 'abc', false],
  [{ contains: 'ab' }, ['abc'], false],
  [{ contains: 'abc' }, ['abc'], true],
  [{ contains: 'x' }, {}, undefined],
  [{ contains: ['a', 'b'] }, ['b', 'a', 'c'], true],
  [{ contains: ['a', 'd'] }, ['b', 'a', 'c'], false],
  [{ contains: { gt: 5 } }, [1, 6], true],
  [{ contains: { gt: 5 } }, [1, 2], false],
  [['a', 'b'], ['b', 'a', 'c'], true],
  [['a', 'd'], ['b', 'a', 'c'], false],
  [['a'], 5, undefined],
  [['a', 5], lines('xa\n15\n'), true],
  [['a', 5], lines('xa\n16\n'), false],
  [['a', { 'have-len': 3 }], lines('xa\nbcd\n'), true],
  [['a', { 'have-len': 3 }], lines('xa\nbc\n'), false],
  [['/^a$/'], lines('ab\na\n'), true],
  [['/^a$/'], lines('ab\n'), false],
  [['!/^a$/'], lines('ab\n'), true],
  [['!/^a$/'], lines('a\n'), false],
  [['/'], lines('a/b\n'), true],
  [['/'], lines('ab\n'), false],
  [['/a'], lines('x/a\n'), true],
  [['/ab'], lines('xa\n'), false],
  [['a/'], lines('a/\n'), true],
  [['a/'], lines('a\n'), false],
  [['\\/a/'], lines('/a/\n'), true],
  [['\\/a/'], lines('a\n'), false],
  [['x\\/a'], lines('x/a\n'), false],
  [['\\!a'], lines('!a\n'), true],
  [['\\!a'], lines('a\n'), false],
  [['!a'], lines('b\n'), true],
  [['!a'], lines('ba\n'), false],
  [['!a'], lines(''), true],
];

describe('judgements of matchers', () => {
  test.each(cases)('%j of %j: %s', (expectation, value, judgement) => {
    expect(compileMatcher(expectation, []).test(value)).toBe(judgement);
  });

  test('every matcher has a case that holds and one that does not', () => {
    const judged = (wanted: boolean) =>
      cases
        .filter(([, , judgement]) => judgement === wanted)
        .flatMap(([raw]) => (raw instanceof Object && !Array.isArray(raw) ? Object.keys(raw) : []));
    const aliases = [
      'equals',
      'starts-with',
      'ends-with',
      'regexp',
      'length',
      'has-key',
      'any-order',
      'json',
    ];
    const names = matcherNames.filter((name) => !aliases.includes(name)).sort();
    expect([...new Set(judged(true))].sort()).toEqual(names);
    expect([...new Set(judged(false))].sort()).toEqual(names);
  });
});

test.each<[expectation: unknown, text: string]>([
  ['a', 'is "a"'],
  [5, 'is 5'],
  [true, 'is true'],
  [['a', 'b'], 'has "a", "b"'],
  [['a', 5], 'has elements: is "a", is 5'],
  [{ gt: 1, lt: 3 }, 'is > 1 and is < 3'],
  [{ or: ['a', 'b'] }, 'is "a" or is "b"'],
  [{ not: 'a' }, 'not (is "a")'],
  [{ 'have-len': 2 }, 'has a length that equals 2'],
  [{ 'consist-of': ['a', 'b'] }, 'consists of elements: is "a", is "b"'],
  [{ 'have-key-with-value': { a: 1, b: 2 } }, 'has a that is 1, b that is 2'],
  [{ gjson: { a: 1, b: 2 } }, 'is JSON whose a is 1 and b is 2'],
  [{ keys: ['a', 'b'] }, 'has the keys a, b'],
  [[{ gt: 1 }, '!b'], 'has elements: is > 1, is "!b"'],
])('%j in words: %s', (expectation, text) => {
  expect(compileMatcher(expectation, []).text).toBe(text);
});

test.each<[expectation: unknown, place: (string | number)[], message: string]>([
  [null, [], 'an expectation is missing'],
  [undefined, [], 'an expectation is missing'],
  [[], [], 'an empty list of expectations always holds'],
  [{}, [], 'an empty expectation always holds'],
  [-(2 ** 53), [], 'where numbers are not exact'],
  [{ gt: 'x' }, ['gt'], 'needs a number, not "x"'],
  [{ 'have-prefix': [] }, ['have-prefix'], 'needs a text, not []'],
  [{ and: 'x' }, ['and'], 'needs a list, not "x"'],
  [{ and: [] }, ['and'], 'an empty list of expectations always holds'],
  [{ and: ['a', {}] }, ['and', 1], 'an empty expectation always holds'],
  [{ or: ['a', {}] }, ['or', 1], 'an empty expectation always holds'],
  [{ 'contain-elements': [] }, ['contain-elements'], 'an empty list of expectations always holds'],
  [{ 'contain-elements': ['a', {}] }, ['contain-elements', 1], 'an empty expectation always holds'],
  [{ 'have-key-with-value': [] }, ['have-key-with-value'], 'needs a map, not []'],
  [{ 'have-key-with-value': {} }, ['have-key-with-value'], 'an empty map of expectations always holds'],
  [{ 'have-key-with-value': { a: {} } }, ['have-key-with-value', 'a'], 'an empty expectation always holds'],
  [{ gjson: { a: {} } }, ['gjson', 'a'], 'an empty expectation always holds'],
  [{ gjson: { '@x': 1 } }, ['gjson', '@x'], 'the modifier @x is not supported'],
  [{ keys: [{}] }, ['keys'], 'needs a text'],
  [{ 'match-regexp': '(' }, ['match-regexp'], 'missing'],
  [{ 'semver-constraint': 'x y' }, ['semver-constraint'], '"x y" is not a semver range'],
  [['a', '/(/'], [1], 'missing'],
  [['a', {}], [1], 'an empty expectation always holds'],
  [{ contain: 'x' }, ['contain'], 'there is no matcher "contain"; did you mean "contains"?'],
  [{ zzzzzzzzzz: 'x' }, ['zzzzzzzzzz'], 'there is no matcher "zzzzzzzzzz"'],
])('%j is refused with its place', (expectation, place, message) => {
  let thrown: unknown;
  try {
    compileMatcher(expectation, []);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(DeclaredProblem);
  expect((thrown as DeclaredProblem).message).toContain(message);
  expect(thrown).toMatchObject({ path: place });
});

test('a number that is exact is accepted up to its limit', () => {
  expect(compileMatcher(Number.MAX_SAFE_INTEGER, []).test(Number.MAX_SAFE_INTEGER)).toBe(true);
  expect(compileMatcher(0.5, []).test('0.5')).toBe(true);
});

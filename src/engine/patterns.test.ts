import { expect, test } from 'vitest';
import { anyOf } from './patterns.ts';

test.each<[patterns: string[], id: string, expected: boolean]>([
  [[], 'a/b', false],
  [['a/b'], 'a/b', true],
  [['a/b'], 'a/bc', false],
  [['a'], 'a/b', true],
  [['a/'], 'a/b', true],
  [['api/'], 'api/b', true],
  [['api/'], 'a/b', false],
  [['a'], 'ab/c', false],
  [['a/b'], 'a/b/c', true],
  [['b'], 'a/b', false],
  [['a/*'], 'a/b', true],
  [['a/*'], 'a/b/c', false],
  [['a/**'], 'a/b/c', true],
  [['*/b'], 'a/b', true],
  [['*'], 'a/b', false],
  [['**'], 'a/b', true],
  [['a/?'], 'a/b', true],
  [['a/?'], 'a/bc', false],
  [['a?b'], 'a/b', false],
  [['a/b.*'], 'a/bxc', false],
  [['a/b.*'], 'a/b.c', true],
  [['x', 'a/*'], 'a/b', true],
  [['a/b*'], 'xa/b', false],
  [['*b'], 'bx', false],
  [['a/(b)*'], 'a/(b)', true],
])('%j of %s: %s', (patterns, id, expected) => {
  expect(anyOf(patterns)(id)).toBe(expected);
});

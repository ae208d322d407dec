import { expect, test } from 'vitest';
import { nothing } from './json-query.ts';
import { linesOf, TextLines } from './text-lines.ts';
import { equals, isMap, lengthOf, shown, toJson, toList, toNumber, toText } from './values.ts';

const lines = new TextLines('a\r\nb\n');

test('lines of a text', () => {
  expect(lines.lines).toEqual(['a', 'b']);
  expect(lines.lines).toBe(lines.lines);
  expect(linesOf('')).toEqual([]);
  expect(linesOf('a\n\n')).toEqual(['a', '']);
  expect(linesOf('a')).toEqual(['a']);
  expect(linesOf('a\r\n', '\n')).toEqual(['a\r']);
});

test.each<[unknown, boolean]>([
  [{}, true],
  [[], false],
  [null, false],
  ['a', false],
  [lines, false],
])('isMap(%j) is %s', (value, expected) => {
  expect(isMap(value)).toBe(expected);
});

test.each<[unknown, string | undefined]>([
  ['a', 'a'],
  [lines, 'a\r\nb\n'],
  [1.5, '1.5'],
  [false, 'false'],
  [['a'], 'a'],
  [[['a']], 'a'],
  [[], '[]'],
  [['a', 2], '[a 2]'],
  [null, undefined],
  [undefined, undefined],
  [{}, undefined],
])('toText(%j) is %j', (value, expected) => {
  expect(toText(value)).toBe(expected);
});

test.each<[unknown, number | undefined]>([
  [0, 0],
  [' 42\n', 42],
  ['-1', -1],
  ['+1', 1],
  ['1.', 1],
  ['.5', 0.5],
  ['.25', 0.25],
  ['12.75', 12.75],
  ['1e3', 1000],
  ['1E-2', 0.01],
  ['2e+10', 2e10],
  [['7'], 7],
  ['', undefined],
  [' ', undefined],
  ['.', undefined],
  ['1x', undefined],
  ['x1', undefined],
  ['1.2.3', undefined],
  ['1e', undefined],
  ['0x10', undefined],
  ['Infinity', undefined],
  [true, undefined],
  [null, undefined],
])('toNumber(%j) is %j', (value, expected) => {
  expect(toNumber(value)).toBe(expected);
});

test.each<[unknown, unknown[] | undefined]>([
  [[1], [1]],
  [lines, ['a', 'b']],
  ['a\nb\n', ['a', 'b']],
  [5, undefined],
  [{}, undefined],
])('toList(%j) is %j', (value, expected) => {
  expect(toList(value)).toEqual(expected);
});

test.each<[unknown, unknown]>([
  ['{"a":1}', { a: 1 }],
  [new TextLines('[1]'), [1]],
  [{ a: 1 }, { a: 1 }],
  ['none', nothing],
])('toJson(%j) is %j', (value, expected) => {
  expect(toJson(value)).toEqual(expected);
});

test.each<[unknown, number | undefined]>([
  ['äb', 3],
  [new TextLines('ä'), 2],
  [[1, 2], 2],
  [{ a: 1 }, 1],
  [5, undefined],
  [null, undefined],
])('lengthOf(%j) is %j', (value, expected) => {
  expect(lengthOf(value)).toBe(expected);
});

test.each<[unknown, unknown, boolean]>([
  [lines, ['a', 'b'], true],
  [lines, ['a'], false],
  [lines, 'a\r\nb\n', true],
  [lines, 'a', false],
  [{ a: [1] }, { a: [1] }, true],
  [{ a: [1] }, { a: [2] }, false],
])('equals(%j, %j) is %s', (value, wanted, expected) => {
  expect(equals(value, wanted)).toBe(expected);
});

test('shows a value in at most 200 characters', () => {
  expect(shown(new TextLines('x'))).toBe('"x"');
  expect(shown(undefined)).toBe('undefined');
  expect(shown({ a: 1 })).toBe('{"a":1}');
  expect(shown('x'.repeat(500)).length).toBeLessThan(210);
});

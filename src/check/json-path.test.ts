import { expect, test } from 'vitest';
import { at, firstAt, parseJson } from './json-path.ts';

const body = { error: { trace_id: 'ab', none: null, zero: 0 }, items: [{ id: 7 }] };

test.each<[path: string, value: unknown]>([
  ['error.trace_id', 'ab'],
  ['error.zero', 0],
  ['error.none', null],
  ['error.none.more', undefined],
  ['error.trace_id.length', undefined],
  ['error.missing', undefined],
  ['error.toString', undefined],
  ['items.0.id', 7],
  ['items.1.id', undefined],
])('the value at %s is %j', (path, value) => {
  expect(at(body, path)).toBe(value);
});

test('of no JSON there is no value', () => {
  expect(at(undefined, 'a')).toBeUndefined();
  expect(parseJson('{"a":1}')).toEqual({ a: 1 });
  expect(parseJson('<html>')).toBeUndefined();
});

test('the first path that has a value counts, and null is none', () => {
  expect(firstAt(body, ['traceId', 'error.none', 'error.zero', 'error.trace_id'])).toEqual({
    path: 'error.zero',
    value: 0,
  });
  expect(firstAt(body, ['traceId', 'error.none'])).toBeUndefined();
});

import { expect, test } from 'vitest';
import { areaOf } from './area-of.ts';
import { idsBefore } from './define-check.ts';
import { pageOf } from './page-of.ts';
import { exampleStack, withServices } from './stack.ts';

test('the area of a check is the first part of its id', () => {
  expect(['database/connects', 'shop/orders/open', 'alone', '/odd'].map(areaOf)).toEqual([
    'database',
    'shop',
    'other',
    '',
  ]);
});

test('a check waits for what it is after and for what may block it, each once', () => {
  expect(idsBefore({ after: ['a/one', 'a/two'], blockedBy: { 'a/two': ['x'], 'a/three': ['y'] } })).toEqual([
    'a/one',
    'a/two',
    'a/three',
  ]);
  expect(idsBefore({})).toEqual([]);
});

test('only a built-in check has a page in the package', () => {
  expect(pageOf({ source: 'checks/api/health.ts' })).toBe('meatymusic/docs/checks/api/health.md');
  expect(pageOf({ source: 'my/checks/api/health.ts' })).toBeUndefined();
});

test('a stack with changed services keeps the others', () => {
  const changed = withServices(exampleStack, { cache: { port: 6400 } });
  expect(changed.services.cache).toEqual({ ...exampleStack.services.cache, port: 6400 });
  expect(changed.services.api).toBe(exampleStack.services.api);
});

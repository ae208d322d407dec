import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

it('returns the closest name', () => {
  expect(nearest('verfy', ['up', 'down', 'verify'])).toBe('verify');
});

it('finds two swapped letters in a short name', () => {
  expect(nearest('ulr', ['use', 'url'])).toBe('url');
});

it('returns undefined if no name is similar', () => {
  expect(nearest('xyzzy', ['up', 'down'])).toBeUndefined();
  expect(nearest('x', [])).toBeUndefined();
});

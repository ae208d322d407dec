import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

it('returns the closest name', () => {
  expect(nearest('verfy', ['up', 'down', 'verify'])).toBe('verify');
});

it('returns undefined if no name is similar', () => {
  expect(nearest('xyzzy', ['up', 'down'])).toBeUndefined();
  expect(nearest('x', [])).toBeUndefined();
});

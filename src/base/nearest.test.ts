import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

it('finds the name that was meant', () => {
  expect(nearest('verfy', ['up', 'down', 'verify'])).toBe('verify');
});

it('names nothing when nothing is near', () => {
  expect(nearest('xyzzy', ['up', 'down'])).toBeUndefined();
  expect(nearest('x', [])).toBeUndefined();
});

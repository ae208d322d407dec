import { expect, it } from 'vitest';
import { mostSevereExitCode } from './exit-code.ts';

it.each([
  [[], 0],
  [[0, 0], 0],
  [[0, 1], 1],
  [[1, 73], 73],
  [[73, 124], 124],
  [[1, 124, 70], 70],
  [[70, 130], 130],
  [[70, 143, 1], 143],
  [[78, 1], 78],
  [[141, 1], 141],
] as const)('of the exit codes %j, %i is the most severe', (codes, expected) => {
  expect(mostSevereExitCode(codes)).toBe(expected);
});

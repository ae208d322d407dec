import { isDeepStrictEqual } from 'node:util';
import { isTrue } from '../values.ts';

/** Comparisons and choices. */
export const logicFunctions = {
  eq: (first: unknown, ...others: unknown[]) => others.some((other) => isDeepStrictEqual(first, other)),
  ne: (a: unknown, b: unknown) => !isDeepStrictEqual(a, b),
  lt: (a: number, b: number) => a < b,
  le: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  ge: (a: number, b: number) => a >= b,
  not: (value: unknown) => !isTrue(value),
  and: (...values: unknown[]) => firstWhere(values, (value) => !isTrue(value)),
  or: (...values: unknown[]) => firstWhere(values, isTrue),
  all: (...values: unknown[]) => values.every(isTrue),
  any: (...values: unknown[]) => values.some(isTrue),
  empty: (value: unknown) => !isTrue(value),
  default: (fallback: unknown, value?: unknown) => (isTrue(value) ? value : fallback),
  coalesce: (...values: unknown[]) => values.find(isTrue) ?? null,
  ternary: (yes: unknown, no: unknown, choice: boolean) => (choice ? yes : no),
  fail: (message: string) => {
    throw new Error(message);
  },
};

/** The first such value, else the last of all. */
function firstWhere(values: unknown[], test: (value: unknown) => boolean): unknown {
  const index = values.findIndex(test);
  return values.at(index);
}

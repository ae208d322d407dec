import { DeclaredProblem } from '../problem.ts';
import type { Path } from './compile.ts';
import { goRegExp } from './go-regexp.ts';
import { isMap, shown, toNumber } from './values.ts';

/** The arguments of matchers, in the types that they need. Each throws `DeclaredProblem`. */

export function stringOf(argument: unknown, path: Path): string {
  if (typeof argument === 'string') return argument;
  if (typeof argument === 'number') return String(argument);
  throw new DeclaredProblem(path, `needs a text, not ${shown(argument)}`);
}

export function numberOf(argument: unknown, path: Path): number {
  const number = toNumber(argument);
  if (number === undefined) throw new DeclaredProblem(path, `needs a number, not ${shown(argument)}`);
  return number;
}

export function listOf(argument: unknown, path: Path): unknown[] {
  if (!Array.isArray(argument)) throw new DeclaredProblem(path, `needs a list, not ${shown(argument)}`);
  if (argument.length === 0) throw new DeclaredProblem(path, 'an empty list of expectations always holds');
  return argument;
}

export function mapOf(argument: unknown, path: Path): Record<string, unknown> {
  if (!isMap(argument)) throw new DeclaredProblem(path, `needs a map, not ${shown(argument)}`);
  if (Object.keys(argument).length === 0)
    throw new DeclaredProblem(path, 'an empty map of expectations always holds');
  return argument;
}

export function regexpOf(source: string, path: Path): ReturnType<typeof goRegExp> {
  try {
    return goRegExp(source);
  } catch (error) {
    throw new DeclaredProblem(path, (error as Error).message);
  }
}

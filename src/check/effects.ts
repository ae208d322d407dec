import type { ProbeName } from './probes.ts';

export const effectsLevels = ['none', 'rolled-back', 'temporary', 'disruptive'] as const satisfies Effects[];

/**
 * The effects that a check may have on the stack; each level includes those before it, and the probes refuse what is beyond it.
 * none: reads only. rolled-back: writes to PostgreSQL inside a transaction that is rolled back. temporary: writes and
 * removes again, sends requests that could write, runs commands. disruptive: takes a service away and brings it back;
 * runs alone, after all others, and never on an external stack.
 */
export type Effects = 'none' | 'rolled-back' | 'temporary' | 'disruptive';

interface Declares {
  needs: readonly ProbeName[];
  // biome-ignore lint/suspicious/noExplicitAny: a check's options are read by names that only its own file knows
  effects?: Effects | ((options: any) => Effects);
  options?: Readonly<Record<string, { default: unknown }>>;
}

/**
 * The effects of a check with these options; default: with its default options. A check that does not declare them
 * reads only, unless it runs commands: what a command does cannot be seen from here.
 */
export function effectsOf({ needs, effects, options = {} }: Declares, values?: unknown): Effects {
  if (effects === undefined) return needs.includes('command') ? 'temporary' : 'none';
  if (typeof effects !== 'function') return effects;
  const defaults = () =>
    Object.fromEntries(Object.entries(options).map(([name, each]) => [name, each.default]));
  return effects(values ?? defaults());
}

export function includesEffects(declared: Effects, needed: Effects): boolean {
  return effectsLevels.indexOf(declared) >= effectsLevels.indexOf(needed);
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** True for the HTTP methods that only read. */
export function isSafeMethod(method: string): boolean {
  return safeMethods.has(method.toUpperCase());
}

/** The effects of a check that sends requests with this method. */
export function effectsOfMethod(method: string): Effects {
  return isSafeMethod(method) ? 'none' : 'temporary';
}

/** An error of a probe: the check used it beyond its declared effects, which is a defect of the check. */
export class UndeclaredEffect extends Error {
  override readonly name = 'UndeclaredEffect';
  readonly code = 'UNDECLARED_EFFECT';
}

import { type Effects, includesEffects, UndeclaredEffect } from '../check/effects.ts';
import type { ProbeContext } from './context.ts';

export type DeclaredEffects = Pick<ProbeContext, 'effects' | 'refuse'>;

/** Throws unless the check declares at least these effects. The attempt ends as broken even if the check catches it. */
export function requireEffects(context: DeclaredEffects, needed: Effects, what: string): void {
  if (includesEffects(context.effects, needed)) return;
  throw refusal(context, `${what} needs effects: '${needed}', and the check declares '${context.effects}'`);
}

/** What is beyond the declared effects for another reason than their level. */
export function refusal({ refuse }: DeclaredEffects, message: string): UndeclaredEffect {
  const text = `refused by the probe: ${message}`;
  refuse?.(text);
  return new UndeclaredEffect(text);
}

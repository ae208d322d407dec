import type { Check } from '../check/define-check.ts';
import { effectsOf } from '../check/effects.ts';
import type { StackInfo } from '../check/stack.ts';
import type { Skip } from '../check/verdict.ts';

const commandHint =
  "leave out --read-only; where the command only reads, declare that: `read-only: true` in YAML, `effects: 'none'` in code";

/** Why a check cannot be judged in this run, before it is even tried. */
export function reasonToSkip(check: Check, stack: StackInfo, readOnly: boolean): Skip | undefined {
  const effects = effectsOf(check);
  const unnamed = check.uses
    ?.map((service) => stack.absent?.[service])
    .find((absent) => absent?.code === 'not-named');
  if (unnamed) return { status: 'skip', reason: unnamed.reason, enable: unnamed.hint };
  const off = check.uses?.find((service) => stack.services[service]?.enabled === false);
  if (off) {
    return {
      status: 'skip',
      reason: `the configuration says that this stack has no ${off}`,
      enable: `services.${off}.enabled: true`,
    };
  }
  if (readOnly && effects !== 'none') {
    return {
      status: 'skip',
      reason: `it could write (${effects}), and the run is read-only`,
      enable: check.needs.includes('command') ? commandHint : 'leave out --read-only',
    };
  }
  if (effects === 'disruptive' && stack.runtime === 'external') {
    return {
      status: 'skip',
      reason: 'it takes a service away, which is done only to stacks that meatymusic started',
      enable: 'meatymusic up',
    };
  }
  return undefined;
}

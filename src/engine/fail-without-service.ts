import type { Check } from '../check/define-check.ts';
import type { StackInfo } from '../check/stack.ts';
import type { Fail } from '../check/verdict.ts';

/** The verdict on a check whose service has no address: there is nothing to ask, and nothing else is asked instead. */
export function failWithoutService(check: Check, { absent }: StackInfo): Fail | undefined {
  const service = check.uses?.find((name) => absent?.[name]);
  const why = service && absent?.[service];
  if (!why) return undefined;
  const { code, reason, hint } = why;
  return {
    status: 'fail',
    code,
    expected: `${service} runs and can be reached`,
    actual: reason,
    hint,
    evidence: [],
  };
}

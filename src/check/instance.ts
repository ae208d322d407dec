import type { Check } from './define-check.ts';
import type { StackInfo } from './stack.ts';

/** The contract's names by kind: by these a check that judges one service speaks of it, whatever its name is. */
const standardNames: Readonly<Record<string, string>> = {
  api: 'api',
  web: 'web',
  postgres: 'database',
  redis: 'cache',
};

/** Returns the name by which a check speaks of the service of this kind that it judges; of a kind without a name in the contract, the kind. */
export function roleOfKind(kind: string): string {
  return standardNames[kind] ?? kind;
}

/** Returns true if the contract names a service of this kind. */
export function hasStandardName(kind: string): boolean {
  return Object.hasOwn(standardNames, kind);
}

/** Returns the stack as the check sees it: the service that it judges has the name by which the check speaks of it. */
export function stackSeenBy(
  { judges, service }: Pick<Check, 'judges' | 'service'>,
  stack: StackInfo,
): StackInfo {
  const info = service === undefined ? undefined : stack.services[service];
  if (judges === undefined || service === undefined || !info) return stack;
  const role = roleOfKind(judges);
  const { [role]: _, ...absent } = stack.absent ?? {};
  const own = stack.absent?.[service];
  return {
    ...stack,
    services: { ...stack.services, [role]: info },
    absent: { ...absent, ...(own && { [role]: own }) },
  };
}

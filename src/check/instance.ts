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

/**
 * Returns the stack as the check sees it: the service that it judges has the name by which the check speaks of it, and a
 * service that this one is not known to depend on is switched off: it is nothing to compare with.
 */
export function stackSeenBy(
  { judges, service, uses = [], dependsOn = [] }: Pick<Check, 'judges' | 'service' | 'uses' | 'dependsOn'>,
  stack: StackInfo,
): StackInfo {
  const info = service === undefined ? undefined : stack.services[service];
  if (judges === undefined || service === undefined || !info) return stack;
  const role = roleOfKind(judges);
  const { [role]: _, ...absent } = stack.absent ?? {};
  const own = stack.absent?.[service];
  const needed = [...uses, ...dependsOn];
  const others = Object.entries(stack.services).map(([name, each]) => [
    name,
    needed.includes(name) ? each : { ...each, enabled: false },
  ]);
  return {
    ...stack,
    services: { ...(Object.fromEntries(others) as StackInfo['services']), [role]: info },
    absent: { ...absent, ...(own && { [role]: own }) },
  };
}

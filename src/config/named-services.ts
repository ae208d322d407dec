import { isStandard } from '../services/index.ts';
import type { Origins } from './origin.ts';

/**
 * Returns true if a file, a variable or a flag names the service. The contract's services have default addresses: on a
 * stack that meatymusic did not start, what answers there may be anything. An environment of the file has to name the
 * address itself.
 */
export function isNamedService(
  name: string,
  { origins, environment }: { origins?: Origins; environment?: string },
): boolean {
  if (!isStandard(name) || !origins) return true;
  const path = `services.${name}`;
  if (environment !== undefined) return origins.has(`${path}.url`);
  return [...origins.keys()].some((at) => at.startsWith(`${path}.`));
}

import type { ProbeContext } from '../probes/context.ts';
import type { Runtime } from '../runners/runtime.ts';
import { serviceNames } from '../services/index.ts';

/** Returns the way to the log of each service that has one. */
export function logsOf(runtime: Runtime): ProbeContext['logs'] {
  const found = serviceNames().flatMap((service) => {
    const access = runtime.logAccess(service);
    return access ? [[service, access] as const] : [];
  });
  return Object.fromEntries(found);
}

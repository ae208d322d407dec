import type { ProbeContext } from '../probes/context.ts';
import type { Runtime } from '../runners/runtime.ts';
import { type Services, serviceNames } from '../services/index.ts';

/** Returns the way to the log of each service that has one. */
export function logsOf(runtime: Runtime, services: Services): ProbeContext['logs'] {
  const found = serviceNames(services).flatMap((service) => {
    const access = runtime.logAccess(service);
    return access ? [[service, access] as const] : [];
  });
  return Object.fromEntries(found);
}

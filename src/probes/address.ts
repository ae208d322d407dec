import { absenceOf, serviceOfPlaceholder, urlOf } from '../base/endpoint.ts';
import { ProbeError } from '../check/probes.ts';
import type { ProbeContext } from './context.ts';

/** Returns the address of a service, credentials included; throws a `ProbeError` with the reason when it has none. */
export function addressOf({ endpoints }: Pick<ProbeContext, 'endpoints'>, service: string): string {
  const url = urlOf(endpoints[service]);
  if (url !== undefined) return url;
  const absent = absenceOf(endpoints[service]);
  throw new ProbeError('NOT_RUNNING', absent?.reason ?? `the stack has no ${service}`);
}

/** Throws the same for an address that leads nowhere because its service does not run. */
export function refusePlaceholder(hostname: string, context: Pick<ProbeContext, 'endpoints'>): void {
  const service = serviceOfPlaceholder(hostname);
  if (service !== undefined && absenceOf(context.endpoints?.[service])) addressOf(context, service);
}

import { absenceOf, urlOf } from '../base/endpoint.ts';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { Endpoints } from './runtime.ts';

/** Returns the address of a service; throws a `Fault` (69, or 78 where the compose file is the reason) when it has none. */
export function requireUrl(endpoints: Endpoints, service: string): string {
  const url = urlOf(endpoints[service]);
  if (url !== undefined) return url;
  const absent = absenceOf(endpoints[service]);
  const isConfigured = absent?.code === 'port-not-published';
  throw new Fault({
    code: isConfigured ? 'port-not-published' : 'service-not-running',
    message: `${service} has no address: ${absent?.reason ?? 'the stack has none'}`,
    ...(absent && { hint: absent.hint }),
    exitCode: isConfigured ? ExitCode.config : ExitCode.unavailable,
  });
}

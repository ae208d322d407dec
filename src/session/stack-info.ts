import { absenceOf, placeholderHost, urlOf } from '../base/endpoint.ts';
import type { ServiceName, StackInfo } from '../check/stack.ts';
import type { Project } from '../config/project.ts';
import type { Config } from '../config/schema.ts';
import type { Endpoints, Runtime } from '../runners/runtime.ts';
import { serviceInfos, serviceNames } from '../services/index.ts';

/** What checks and reports may know of a stack: no credentials. */
export function stackInfo(
  { config: { services }, root }: Project,
  { name }: Runtime,
  endpoints: Endpoints,
): StackInfo {
  const absent = absentOf(endpoints);
  const otlpEndpoint = urlOf(endpoints.telemetry) ?? services.telemetry.otlpEndpoint;
  return {
    runtime: name,
    services: serviceInfos(services, (service) => ({
      url: new URL(shownUrl(endpoints, services, service)),
      root,
    })),
    telemetry: otlpEndpoint ? { otlpEndpoint } : {},
    ...(Object.keys(absent).length > 0 && { absent }),
  };
}

/** Services that are part of the stack and have no address. */
function absentOf(endpoints: Endpoints): NonNullable<StackInfo['absent']> {
  const found = serviceNames().flatMap((name) => {
    const absent = absenceOf(endpoints[name]);
    return absent && absent.code !== 'switched-off' ? [[name, absent] as const] : [];
  });
  return Object.fromEntries(found);
}

/**
 * The address; where there is none, a placeholder that nothing can be sent to. A service that is switched off keeps the
 * configured address, which other services may name: CORS allows the origin of a web app that runs elsewhere.
 */
function shownUrl(endpoints: Endpoints, services: Config['services'], name: ServiceName): string {
  const configured = services[name].url;
  if (!services[name].enabled) return configured;
  const placeholder = new URL(configured);
  placeholder.host = placeholderHost(name);
  placeholder.port = '';
  return urlOf(endpoints[name]) ?? placeholder.href;
}

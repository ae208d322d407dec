import { type Absence, absenceOf, placeholderHost, urlOf } from '../base/endpoint.ts';
import type { ServiceName, StackInfo } from '../check/stack.ts';
import type { Project } from '../config/project.ts';
import type { Endpoints, Runtime } from '../runners/runtime.ts';
import {
  kindOf,
  type Services,
  serviceInfos,
  serviceNames,
  settingsOf,
  urlTemplate,
} from '../services/index.ts';

/** What checks and reports may know of a stack: no credentials. */
export function stackInfo(
  { config: { services }, root }: Project,
  { name }: Runtime,
  endpoints: Endpoints,
): StackInfo {
  const absent = absentOf(endpoints, services);
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
function absentOf(endpoints: Endpoints, services: Services): NonNullable<StackInfo['absent']> {
  const found = serviceNames(services).flatMap((name) => {
    const absent = endpoints[name] ? absenceOf(endpoints[name]) : withoutAddress(services, name);
    return absent && absent.code !== 'switched-off' ? [[name, absent] as const] : [];
  });
  return Object.fromEntries(found);
}

/** Nothing is asked instead of a service that should have an address, and that the runtime does not know. */
function withoutAddress(services: Services, name: ServiceName): Absence | undefined {
  if (!settingsOf(services, name).enabled || !kindOf(services, name).health) return undefined;
  return {
    code: 'not-running',
    reason: `nothing of this stack runs ${name}`,
    hint: `\`meatymusic up\` starts it; services.${name}.enabled: false takes it out`,
  };
}

/**
 * The address; where there is none, a placeholder that nothing can be sent to. A service that is switched off keeps the
 * configured address, which other services may name: CORS allows the origin of a web app that runs elsewhere.
 */
function shownUrl(endpoints: Endpoints, services: Services, name: ServiceName): string {
  const placeholder = urlTemplate(services, name);
  if (!settingsOf(services, name).enabled) return placeholder.href;
  placeholder.host = placeholderHost(name);
  placeholder.port = '';
  return urlOf(endpoints[name]) ?? placeholder.href;
}

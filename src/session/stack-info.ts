import { type Absence, absenceOf, placeholderHost, urlOf } from '../base/endpoint.ts';
import type { ServiceInfos, ServiceName, StackInfo, WebInfo } from '../check/stack.ts';
import { type Origins, originOf } from '../config/origin.ts';
import type { Project } from '../config/project.ts';
import { projectName } from '../config/project-name.ts';
import type { Endpoints, Runtime } from '../runners/runtime.ts';
import { withoutCredentials } from '../services/address.ts';
import {
  kindOf,
  type Services,
  serviceInfos,
  serviceNames,
  settingsOf,
  urlTemplate,
} from '../services/index.ts';
import { standardKinds } from '../services/schema.ts';

/** What checks and reports may know of a stack: no credentials. */
export function stackInfo(
  { config, root, origins }: Project,
  { name, isReferenceStack }: Runtime,
  endpoints: Endpoints,
): StackInfo {
  const project = isReferenceStack ? undefined : projectName(root);
  const isFull = config.contract === 'full';
  const services = withProjectNames(config.services, project, origins);
  const absent = absentOf(endpoints, services, isFull);
  const otlpEndpoint = urlOf(endpoints.telemetry) ?? services.telemetry.otlpEndpoint;
  const infos = serviceInfos(services, (service) => ({
    url: new URL(shownUrl(endpoints, services, service)),
    root,
  }));
  return {
    runtime: name,
    services: partsOf(withKnownNames(infos, { project, origins, isFull }), absent),
    ...(project === undefined ? { isReference: true } : { project }),
    telemetry: otlpEndpoint ? { otlpEndpoint: withoutCredentials(new URL(otlpEndpoint)) } : {},
    ...(Object.keys(absent).length > 0 && { absent }),
  };
}

/** Names that are not configured follow the project's. */
function withProjectNames(services: Services, project: string | undefined, origins: Origins): Services {
  if (project === undefined) return services;
  const isDefault = (name: string) => originOf(origins, `services.${name}.serviceName`).kind === 'default';
  const { api, web } = services;
  return {
    ...services,
    api: isDefault('api') ? { ...api, serviceName: `${project}-api` } : api,
    web: isDefault('web') ? { ...web, serviceName: `${project}-web` } : web,
  };
}

/** Names of databases that are no choice of a project: of the default address, and of the database that every server has. */
const defaultDatabases = [new URL(standardKinds.database.usualUrl as string).pathname.slice(1), 'postgres'];

/**
 * The name that pages show is a text for people and cannot be derived from the project's: without a setting it is known
 * on the reference stack alone, as is the name of a database without an address. The full contract demands the project's.
 */
function withKnownNames(
  infos: ServiceInfos,
  { project, origins, isFull }: { project: string | undefined; origins: Origins; isFull: boolean },
): ServiceInfos {
  if (project === undefined) return infos;
  const entries = Object.entries(infos).map(([name, info]) => {
    if (name === 'database') {
      const isDefault = originOf(origins, 'services.database.url').kind === 'default';
      const isChosen = isFull || !isDefault || !defaultDatabases.includes(infos.database.name);
      return [name, isChosen ? info : { ...info, hasDefaultName: true }];
    }
    if (info.kind !== 'web' || originOf(origins, `services.${name}.appName`).kind !== 'default')
      return [name, info];
    const { appName: _, ...unnamed } = info as WebInfo;
    return [name, isFull ? { ...unnamed, appName: project.replaceAll('-', ' ') } : unnamed];
  });
  return Object.fromEntries(entries) as ServiceInfos;
}

/** A service that is not named is no part of the stack. */
function partsOf(infos: ServiceInfos, absent: NonNullable<StackInfo['absent']>): ServiceInfos {
  const entries = Object.entries(infos).map(([name, info]) => [
    name,
    absent[name]?.code === 'not-named' ? { ...info, enabled: false } : info,
  ]);
  return Object.fromEntries(entries) as ServiceInfos;
}

/** Services that are part of the stack and have no address. */
function absentOf(
  endpoints: Endpoints,
  services: Services,
  isFull: boolean,
): NonNullable<StackInfo['absent']> {
  const found = serviceNames(services).flatMap((name) => {
    const absent = endpoints[name] ? absenceOf(endpoints[name]) : withoutAddress(services, name);
    return absent && absent.code !== 'switched-off'
      ? [[name, isFull ? demanded(absent) : absent] as const]
      : [];
  });
  return Object.fromEntries(found);
}

/** The full contract has every service: one that nothing names is missing and not left out. */
function demanded(absent: Absence): Absence {
  if (absent.code !== 'not-named') return absent;
  return { ...absent, code: 'no-address', reason: `contract: full demands it, and ${absent.reason}` };
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
  const isPart = settingsOf(services, name).enabled && absenceOf(endpoints[name])?.code !== 'not-named';
  if (!isPart) return placeholder.href;
  placeholder.host = placeholderHost(name);
  placeholder.port = '';
  return urlOf(endpoints[name]) ?? placeholder.href;
}

import type { ServiceInfos, ServiceName, StandardName } from '../check/stack.ts';
import type { CommonSettings, Place, ServiceKind } from './kind.ts';
import { findKind, type Services, standardKinds, standardNames } from './schema.ts';
import type { startWays } from './start.ts';

export { kindNames, registerKind, type Services, standardNames } from './schema.ts';

/** Returns the names of the services of a configuration: the contract's, then others in the order of the file. */
export function serviceNames(services: Services): ServiceName[] {
  const others = Object.keys(services).filter((name) => !isStandard(name) && name !== 'telemetry');
  return [...standardNames, ...others];
}

export function isStandard(name: string): name is StandardName {
  return Object.hasOwn(standardKinds, name);
}

/**
 * Returns the settings of a service. Throws a `TypeError` if the configuration does not have it.
 *
 * @example
 * const { url } = settingsOf(config.services, 'jobs');
 */
export function settingsOf(services: Services, name: ServiceName): CommonSettings {
  const settings = Object.hasOwn(services, name) && name !== 'telemetry' && (services as never)[name];
  if (!settings) throw new TypeError(`the configuration has no service ${name}`);
  return settings;
}

export function kindOf(services: Services, name: ServiceName): ServiceKind {
  const { kind } = settingsOf(services, name);
  const found = findKind(kind);
  if (!found) throw new TypeError(`no kind of service ${kind} is registered`);
  return found;
}

/** Returns what checks and the result document contain about each service. */
export function serviceInfos(services: Services, placeOf: (service: ServiceName) => Place): ServiceInfos {
  return Object.fromEntries(
    serviceNames(services).map((name) => [
      name,
      kindOf(services, name).info(settingsOf(services, name), placeOf(name)),
    ]),
  ) as unknown as ServiceInfos;
}

/**
 * Returns the names of the services that the configuration does not disable.
 *
 * @example
 * const queues = enabledServices(config.services).filter((name) => settingsOf(config.services, name).kind === 'queue');
 */
export function enabledServices(services: Services): ServiceName[] {
  return serviceNames(services).filter((name) => settingsOf(services, name).enabled);
}

/** Returns the enabled services whose `start` names this way, and those that have no `start`. */
export function servicesStartedBy(services: Services, way: (typeof startWays)[number]): ServiceName[] {
  return enabledServices(services).filter((name) => {
    const { start } = settingsOf(services, name);
    return start === undefined || way in start;
  });
}

/** Returns the configured address, else the usual one of the kind: for its protocol, path and credentials alone. */
export function urlTemplate(services: Services, name: ServiceName): URL {
  const { usualUrl = 'tcp://localhost' } = kindOf(services, name);
  return new URL(settingsOf(services, name).url ?? usualUrl);
}

/** Returns the name of a service in the compose file. */
export function composeNameOf(
  { services, compose }: { services: Services; compose: { services: Readonly<Record<string, string>> } },
  name: ServiceName,
): string {
  const { start } = settingsOf(services, name);
  if (start && 'compose' in start) return start.compose;
  return (Object.hasOwn(compose.services, name) && compose.services[name]) || name;
}

/** Returns the port of an address; the usual one of the kind if the address has none. */
export function portOf(url: string, { defaultPort = 0 }: ServiceKind): number {
  const { port, protocol } = new URL(url);
  return Number(port) || { 'http:': 80, 'https:': 443 }[protocol] || defaultPort;
}

/** The port, if the address is one of this machine. */
export function localPortOf(url: string | undefined): number | undefined {
  const parsed = url === undefined ? undefined : new URL(url);
  return parsed && isLocal(parsed) && parsed.port ? Number(parsed.port) : undefined;
}

export function isLocal({ hostname }: URL): boolean {
  return /^(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0)$/.test(hostname);
}

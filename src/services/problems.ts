import { nearest } from '../base/nearest.ts';
import { isPlainObject } from '../base/plain-object.ts';
import { isStandard, localPortOf } from './index.ts';
import { findKind, kindNames, standardKinds, standardNames } from './schema.ts';
import { startWays } from './start.ts';

/** A problem of the services of a configuration; the message completes the sentence "<path> …". */
export interface ServiceProblem {
  path: string;
  message: string;
}

type Raw = Readonly<Record<string, unknown>>;
type RawServices = Readonly<Record<string, Raw>>;

export function isServiceName(text: unknown): text is string {
  return typeof text === 'string' && /^[a-z][a-z0-9-]*$/.test(text) && text !== 'telemetry';
}

/**
 * Returns the problems that no schema of a single service sees: names, kinds, ways to start, dependencies and ports. The
 * settings are those of the sources, before their defaults.
 */
export function problemsOfServices(settings: unknown): ServiceProblem[] {
  if (!isPlainObject(settings) || !isPlainObject(settings.services ?? {})) return [];
  const { telemetry: _, ...given } = (settings.services ?? {}) as Raw;
  const services = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, Raw] => isPlainObject(entry[1])),
  );
  const names = [...new Set([...standardNames, ...Object.keys(services)])];
  return [
    ...Object.entries(services).flatMap(([name, service]) => [
      ...problemsOfName(name, service),
      ...problemsOfStart(name, service, settings),
      ...uselessReuse(name, service),
      ...unknownDependencies(name, service, names),
    ]),
    ...cycles(services),
    ...sharedPorts(services, settings.runtime),
    ...unknownComposeNames(settings, names),
  ];
}

function problemsOfName(name: string, { kind }: Raw): ServiceProblem[] {
  const path = `services.${name}`;
  if (!isServiceName(name))
    return [
      { path, message: 'is not a name of a service (lower-case letters, digits and -, a letter first)' },
    ];
  if (isStandard(name)) {
    const { name: implied } = standardKinds[name];
    if (kind === undefined || kind === implied) return [];
    const message = `is not ${implied}, the kind of the contract's ${name}; give the service another name`;
    return [{ path: `${path}.kind`, message }];
  }
  if (kind === undefined) {
    const near = nearest(name, standardNames);
    const message = `has no kind: one of ${kindNames().join(', ')}${near ? `; or did you mean "${near}"?` : ''}`;
    return [{ path, message }];
  }
  return [];
}

/** What answers at the address of a container or within meatymusic is its own or a fault; only a command can be replaced by it. */
function uselessReuse(name: string, { start, reuseExisting }: Raw): ServiceProblem[] {
  if (reuseExisting !== true || (isPlainObject(start) && Object.hasOwn(start, 'command'))) return [];
  const message =
    'is possible with start.command alone; what others start is described without `start`, on a stack with runtime: external';
  return [{ path: `services.${name}.reuseExisting`, message }];
}

function problemsOfStart(name: string, { kind, start, url }: Raw, settings: Raw): ServiceProblem[] {
  if (!isPlainObject(start)) return [];
  const path = `services.${name}.start`;
  const ways = startWays.filter((way) => Object.hasOwn(start, way));
  if (ways.length > 1)
    return [{ path, message: `has ${ways.length} ways (${ways.join(', ')}); keep one of them` }];
  if (ways[0] === 'embedded' && !isStandard(name))
    return [{ path: `${path}.embedded`, message: `is possible for ${standardNames.join(', ')} alone` }];
  const named = isPlainObject(settings.compose) && settings.compose.services;
  if (ways[0] === 'compose' && isPlainObject(named) && Object.hasOwn(named, name))
    return [
      { path: `${path}.compose`, message: `is given by compose.services.${name} too; keep one of them` },
    ];
  const hasAddress = typeof kind === 'string' && findKind(kind)?.health !== undefined;
  if (ways[0] === 'command' && hasAddress && url === undefined && !isStandard(name))
    return [
      { path: `services.${name}.url`, message: 'is missing: a command starts the service, at this address' },
    ];
  return [];
}

function unknownDependencies(name: string, { dependsOn }: Raw, names: readonly string[]): ServiceProblem[] {
  if (!Array.isArray(dependsOn)) return [];
  return dependsOn.flatMap((each, index) => {
    if (typeof each !== 'string' || names.includes(each)) return [];
    const near = nearest(each, names);
    const message = `names no service of this stack${near ? `; did you mean "${near}"?` : `: ${names.join(', ')}`}`;
    return [{ path: `services.${name}.dependsOn.${index}`, message }];
  });
}

/** Each cycle is reported once, at the service of it that comes first. */
function cycles(services: RawServices): ServiceProblem[] {
  const done = new Set<string>();
  const problems: ServiceProblem[] = [];
  const visit = (name: string, before: readonly string[]): void => {
    const start = before.indexOf(name);
    if (start >= 0) {
      const cycle = [...before.slice(start), name];
      problems.push({ path: `services.${name}.dependsOn`, message: `is a cycle: ${cycle.join(' → ')}` });
      return;
    }
    if (done.has(name)) return;
    const { dependsOn } = services[name] ?? {};
    for (const next of Array.isArray(dependsOn) ? dependsOn : [])
      if (typeof next === 'string' && Object.hasOwn(services, next)) visit(next, [...before, name]);
    done.add(name);
  };
  for (const name of Object.keys(services)) visit(name, []);
  return problems;
}

/** Two services that are started cannot listen on one port; addresses of services that run already may share one. */
function sharedPorts(services: RawServices, runtime: unknown): ServiceProblem[] {
  const owners = new Map<number, { name: string; isOurs: boolean }>();
  return Object.entries(services).flatMap(([name, { url, start, enabled }]) => {
    const isStarted = isPlainObject(start) || runtime === 'embedded';
    const usual = isStandard(name) ? standardKinds[name].usualUrl : undefined;
    const address = url ?? usual;
    if (!isStarted || enabled === false || typeof address !== 'string' || !URL.canParse(address)) return [];
    const isOurs = !isPlainObject(start) || !Object.hasOwn(start, 'compose');
    const port = localPortOf(address);
    const other = port === undefined ? undefined : owners.get(port);
    if (port !== undefined && !other) owners.set(port, { name, isOurs });
    if (!other || !(isOurs || other.isOurs)) return [];
    return [{ path: `services.${name}.url`, message: `has port ${port} of services.${other.name}` }];
  });
}

function unknownComposeNames({ compose }: Raw, names: readonly string[]): ServiceProblem[] {
  if (!isPlainObject(compose) || !isPlainObject(compose.services)) return [];
  return Object.keys(compose.services).flatMap((name) => {
    if (names.includes(name)) return [];
    const near = nearest(name, names);
    const message = `is no service of this stack${near ? `; did you mean "${near}"?` : `: ${names.join(', ')}`}`;
    return [{ path: `compose.services.${name}`, message }];
  });
}

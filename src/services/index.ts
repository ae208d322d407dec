import { strictMap, v } from '../base/schema.ts';
import { resultSchemaOf } from '../check/result-schema.ts';
import type { ServiceInfos, ServiceName } from '../check/stack.ts';
import { api } from './api.ts';
import type { CommonSettings, Place, ServiceKind } from './kind.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';
import { setting } from './setting.ts';
import { telemetrySettings } from './telemetry.ts';
import { web } from './web.ts';

/** The services of the stack, each with its kind. The order is that of lists and tables. */
const builtIn = { api, web, database: postgres, cache: redis };
type BuiltIn = typeof builtIn;

const kinds = new Map<string, ServiceKind>();

/** Entries of `services` in the configuration. */
export const serviceSettings = {} as { [Name in keyof BuiltIn]: BuiltIn[Name]['schema'] } & {
  telemetry: typeof telemetrySettings;
};

/** Entries of `compose.services` in the configuration. */
export const composeNames = {} as Record<keyof BuiltIn, ReturnType<typeof composeName>>;

const infoSchemas: Record<string, v.GenericSchema> = {};

/** Schema of the result document, with the registered services. */
export const resultSchema = resultSchemaOf(
  strictMap(infoSchemas) as v.GenericSchema as v.GenericSchema<ServiceInfos>,
);

/** Adds a service to the stack: its settings, its part of the result document, and what the runners need of it. Returns a function that removes it. */
export function registerService(name: string, kind: ServiceKind): () => void {
  kinds.set(name, kind);
  Object.assign(serviceSettings, { [name]: kind.schema });
  Object.assign(composeNames, { [name]: composeName(kind) });
  infoSchemas[name] = kind.infoSchema;
  return () => {
    kinds.delete(name);
    for (const entries of [serviceSettings, composeNames, infoSchemas]) Reflect.deleteProperty(entries, name);
  };
}

const composeName = ({ compose: { service, about } }: Pick<ServiceKind, 'compose'>) =>
  setting(v.string(), service, about);

for (const [name, kind] of Object.entries(builtIn)) registerService(name, kind as unknown as ServiceKind);
Object.assign(serviceSettings, { telemetry: telemetrySettings });

export function serviceNames(): ServiceName[] {
  return [...kinds.keys()] as ServiceName[];
}

export function kindOf(service: ServiceName): ServiceKind {
  const kind = kinds.get(service);
  if (!kind) throw new TypeError(`no service ${service} is registered`);
  return kind;
}

/** Returns what checks and the result document contain about each service. */
export function serviceInfos(
  settings: Readonly<Record<ServiceName, CommonSettings>>,
  placeOf: (service: ServiceName) => Place,
): ServiceInfos {
  return Object.fromEntries(
    serviceNames().map((name) => [name, kindOf(name).info(settings[name], placeOf(name))]),
  ) as unknown as ServiceInfos;
}

/** Names of the services that the configuration has not switched off. */
export function enabledServices(settings: Readonly<Record<ServiceName, CommonSettings>>): ServiceName[] {
  return serviceNames().filter((name) => settings[name].enabled);
}

/** The port of a configured address; the usual one of the service if the address has none. */
export function portOf(service: ServiceName, url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || { 'http:': 80, 'https:': 443 }[protocol] || kindOf(service).defaultPort;
}

/** The port, if the address is one of this machine. */
export function localPortOf(url: string): number | undefined {
  const parsed = new URL(url);
  return isLocal(parsed) && parsed.port ? Number(parsed.port) : undefined;
}

export function isLocal({ hostname }: URL): boolean {
  return /^(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0)$/.test(hostname);
}

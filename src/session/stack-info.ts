import path from 'node:path';
import { absenceOf, placeholderHost, urlOf } from '../base/endpoint.ts';
import { type ServiceName, type StackInfo, serviceNames } from '../check/stack.ts';
import type { Project } from '../config/project.ts';
import type { Config } from '../config/schema.ts';
import type { Endpoints, Runtime } from '../runners/runtime.ts';

/** What checks and reports may know of a stack: no credentials. */
export function stackInfo(
  { config: { services }, root }: Project,
  { name }: Runtime,
  endpoints: Endpoints,
): StackInfo {
  const { build } = services.web;
  const absent = absentOf(endpoints);
  const database = new URL(shownUrl(endpoints, services, 'database'));
  const cache = new URL(shownUrl(endpoints, services, 'cache'));
  const otlpEndpoint = urlOf(endpoints.telemetry) ?? services.telemetry.otlpEndpoint;
  return {
    runtime: name,
    api: {
      enabled: services.api.enabled,
      url: withoutUser(shownUrl(endpoints, services, 'api')),
      serviceName: services.api.serviceName,
      healthPath: services.api.healthPath,
      readyPath: services.api.readyPath,
    },
    web: {
      enabled: services.web.enabled,
      url: withoutUser(shownUrl(endpoints, services, 'web')),
      serviceName: services.web.serviceName,
      appName: services.web.appName,
      ...(build
        ? {
            build: { command: build.command, cwd: path.relative(root, path.resolve(root, build.cwd)) || '.' },
          }
        : {}),
    },
    database: {
      enabled: services.database.enabled,
      host: hostOf(database),
      port: Number(database.port) || 5432,
      name: decodeURIComponent(database.pathname.slice(1)),
      user: decodeURIComponent(database.username),
    },
    cache: { enabled: services.cache.enabled, host: hostOf(cache), port: Number(cache.port) || 6379 },
    telemetry: otlpEndpoint ? { otlpEndpoint } : {},
    ...(Object.keys(absent).length > 0 && { absent }),
  };
}

/** Services that are part of the stack and have no address. */
function absentOf(endpoints: Endpoints): NonNullable<StackInfo['absent']> {
  const found = serviceNames.map((name) => [name, absenceOf(endpoints[name])] as const);
  return Object.fromEntries(found.filter(([, absent]) => absent && absent.code !== 'switched-off'));
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

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function withoutUser(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`.replace(/\/$/, '');
}

import path from 'node:path';
import type { StackInfo } from '../../check/stack.ts';
import type { Endpoints, Runtime } from '../../runtimes/runtime.ts';
import type { Project } from '../context.ts';

/** What checks and reports may know of a stack: no credentials. */
export function stackInfo(
  { config: { services }, root }: Project,
  { name }: Runtime,
  endpoints: Endpoints,
): StackInfo {
  const { build } = services.web;
  const database = new URL(endpoints.databaseUrl);
  const cache = new URL(endpoints.cacheUrl);
  const otlpEndpoint = endpoints.otlpUrl ?? services.telemetry.otlpEndpoint;
  return {
    runtime: name,
    api: {
      enabled: services.api.enabled,
      url: withoutUser(endpoints.apiUrl),
      serviceName: services.api.serviceName,
      healthPath: services.api.healthPath,
      readyPath: services.api.readyPath,
    },
    web: {
      enabled: services.web.enabled,
      url: withoutUser(endpoints.webUrl),
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
  };
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function withoutUser(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`.replace(/\/$/, '');
}

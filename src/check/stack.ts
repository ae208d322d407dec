import type { Absence } from '../base/endpoint.ts';

/** Information about each service by its name. The package of a further kind of service augments it. */
export interface ServiceInfos {
  api: ApiInfo;
  web: WebInfo;
  database: DatabaseInfo;
  cache: CacheInfo;
}

/** The name of a service, for `uses`. */
export type ServiceName = keyof ServiceInfos;

export interface ApiInfo {
  enabled: boolean;
  url: string;
  serviceName: string;
  /** Paths of the liveness and the readiness endpoint. */
  healthPath: string;
  readyPath: string;
}

export interface WebInfo {
  enabled: boolean;
  url: string;
  serviceName: string;
  appName: string;
  /** The production build, if one is configured; `cwd` is relative to the project's folder. */
  build?: { command: string; cwd: string };
}

export interface DatabaseInfo {
  enabled: boolean;
  host: string;
  port: number;
  name: string;
  user: string;
}

export interface CacheInfo {
  enabled: boolean;
  host: string;
  port: number;
}

/** The stack under test, as a check sees it: no credentials. Those stay inside the probes. */
export interface StackInfo {
  runtime: string;
  services: ServiceInfos;
  /** OTLP endpoint of the services. Unset: they print their spans. */
  telemetry: { otlpEndpoint?: string };
  /** Enabled services that do not run or cannot be reached; their address is a placeholder that leads nowhere. */
  absent?: Record<string, Absence>;
}

/** The stack on the default addresses; for tests and examples. */
export const exampleStack: StackInfo = {
  runtime: 'embedded',
  services: {
    api: {
      enabled: true,
      url: 'http://localhost:8000',
      serviceName: 'meatymusic-api',
      healthPath: '/health',
      readyPath: '/health/ready',
    },
    web: {
      enabled: true,
      url: 'http://localhost:3000',
      serviceName: 'meatymusic-web',
      appName: 'MeatyMusic',
    },
    database: { enabled: true, host: 'localhost', port: 5432, name: 'meatymusic', user: 'postgres' },
    cache: { enabled: true, host: 'localhost', port: 6379 },
  },
  telemetry: {},
};

export type ServiceChanges = { [Name in ServiceName]?: Partial<ServiceInfos[Name]> };

/** Returns the stack with changed information about some services. */
export function withServices(stack: StackInfo, changes: ServiceChanges): StackInfo {
  const changed = Object.entries(changes).map(([name, change]) => [
    name,
    { ...stack.services[name as ServiceName], ...change },
  ]);
  return { ...stack, services: { ...stack.services, ...Object.fromEntries(changed) } };
}

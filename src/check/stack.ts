import type { Absence } from '../base/endpoint.ts';

/** Names that the contract gives to services; each implies a kind. */
export type StandardName = 'api' | 'web' | 'database' | 'cache';

/** The name of a service, for `uses`: one of the contract's, or one of the configuration. */
export type ServiceName = StandardName | (string & {});

/** Information about each service by its name. */
export interface ServiceInfos {
  api: ApiInfo;
  web: WebInfo;
  database: DatabaseInfo;
  cache: CacheInfo;
  [name: string]: AnyServiceInfo;
}

/** Facts about any service. */
export type AnyServiceInfo = ApiInfo | WebInfo | DatabaseInfo | CacheInfo | ServiceInfo;

/** Facts about a service of any kind; the rest depends on the kind. */
export interface ServiceInfo {
  /** `api`, `web`, `postgres`, `redis`, `process`, `tcp`, or a registered kind. */
  kind: string;
  enabled: boolean;
  /** Without credentials. Absent: its kind has no URL. */
  url?: string;
  /** Absent: its kind has none. */
  host?: string;
  /** Absent: its kind has none. */
  port?: number;
  /** Name of the database. Absent: its kind has none. */
  name?: string;
}

/** Facts about an API. */
export interface ApiInfo extends ServiceInfo {
  kind: 'api';
  url: string;
  serviceName: string;
  /** Paths of the liveness and the readiness endpoint. */
  healthPath: string;
  readyPath: string;
}

/** Facts about a web application. */
export interface WebInfo extends ServiceInfo {
  kind: 'web';
  url: string;
  serviceName: string;
  /** Name that its pages show; absent: not known. */
  appName?: string;
  /** The production build, if one is configured; `cwd` is relative to the project's folder. */
  build?: { command: string; cwd: string };
}

/** Facts about a PostgreSQL database. */
export interface DatabaseInfo extends ServiceInfo {
  kind: 'postgres';
  host: string;
  port: number;
  name: string;
  /** True if the project has not chosen the name: it is the default of meatymusic or of PostgreSQL. Absent: it has. */
  hasDefaultName?: true;
  user: string;
}

/** Facts about a Redis server. */
export interface CacheInfo extends ServiceInfo {
  kind: 'redis';
  host: string;
  port: number;
}

/** Facts about a service that is known by its port alone. */
export interface TcpInfo extends ServiceInfo {
  kind: 'tcp';
  host: string;
  port: number;
}

/** The stack under test, as a check sees it: no credentials. Those stay inside the probes. */
export interface StackInfo {
  runtime: string;
  services: ServiceInfos;
  /** Name of the project, in kebab-case; absent on the reference stack. */
  project?: string;
  /** True if the services are those of the reference stack. */
  isReference?: boolean;
  /** Where the services send their spans. */
  telemetry: {
    /** OTLP endpoint of the services. Absent: they print their spans. */
    otlpEndpoint?: string;
  };
  /** Enabled services that do not run or cannot be reached; their address is a placeholder that leads nowhere. */
  absent?: Record<string, Absence>;
}

/** The stack on the default addresses; for tests and examples. */
export const exampleStack: StackInfo = {
  runtime: 'embedded',
  services: {
    api: {
      kind: 'api',
      enabled: true,
      url: 'http://localhost:8000',
      serviceName: 'meatymusic-api',
      healthPath: '/health',
      readyPath: '/health/ready',
    },
    web: {
      kind: 'web',
      enabled: true,
      url: 'http://localhost:3000',
      serviceName: 'meatymusic-web',
      appName: 'MeatyMusic',
    },
    database: {
      kind: 'postgres',
      enabled: true,
      host: 'localhost',
      port: 5432,
      name: 'meatymusic',
      user: 'postgres',
    },
    cache: { kind: 'redis', enabled: true, host: 'localhost', port: 6379 },
  },
  telemetry: {},
};

export type ServiceChanges = { [Name in StandardName]?: Partial<ServiceInfos[Name]> };

/** Returns the stack with changed information about some services. */
export function withServices(stack: StackInfo, changes: ServiceChanges): StackInfo {
  const changed = Object.entries(changes).map(([name, change]) => [
    name,
    { ...stack.services[name], ...change },
  ]);
  return { ...stack, services: { ...stack.services, ...Object.fromEntries(changed) } };
}

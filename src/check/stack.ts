import type { Absence } from '../base/endpoint.ts';

/**
 * The stack under test, as a check sees it: addresses without credentials and the names of the contract.
 * Credentials stay inside the probes.
 */
export interface StackInfo {
  runtime: 'compose' | 'embedded' | 'external';
  api: {
    enabled: boolean;
    url: string;
    serviceName: string;
    /** Paths of the liveness and the readiness endpoint. */
    healthPath: string;
    readyPath: string;
  };
  web: {
    enabled: boolean;
    url: string;
    serviceName: string;
    appName: string;
    /** The production build, where one is configured; `cwd` is relative to the project's folder. */
    build?: { command: string; cwd: string };
  };
  database: { enabled: boolean; host: string; port: number; name: string; user: string };
  cache: { enabled: boolean; host: string; port: number };
  /** OTLP endpoint of the services. Unset: they print their spans. */
  telemetry: { otlpEndpoint?: string };
  /** Enabled services that do not run or cannot be reached; their address is a placeholder that leads nowhere. */
  absent?: Partial<Record<ServiceName, Absence>>;
}

/** The services of the contract. */
export const serviceNames = ['api', 'web', 'database', 'cache'] as const;
/** The name of a service, for `uses`. */
export type ServiceName = (typeof serviceNames)[number];

/** The stack on the addresses of the contract; for tests and examples. */
export const exampleStack: StackInfo = {
  runtime: 'embedded',
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
  telemetry: {},
};

import { createHash } from 'node:crypto';
import type { RuntimeName } from '../runtime.ts';

/** All that the supervisor needs to know, as JSON on its standard input. */
export interface SupervisorPlan {
  root: string;
  /** How services are run that do not say how they are started. */
  runtime: RuntimeName;
  services: ServicePlan[];
  /** Addresses of services that others run, credentials included; references may name them. */
  urls: Record<string, string>;
  /** Notices for the user. */
  notices: string[];
}

/**
 * How one service is run. Programs, arguments, input, `env`, `url` and `note` may hold references: `{port}` and
 * `{port:<name>}` are ports of the service, `${services.<name>.url}` (`.host`, `.port`) is the address of a service.
 */
export interface ServicePlan {
  name: string;
  /** Run by the shell, or directly. */
  program: { shell: string } | { file: string; args: string[] };
  /** Absolute. */
  cwd: string;
  /** Environment without references. */
  inherited: Record<string, string>;
  /** Further variables, which win over the inherited ones. */
  env: Record<string, string>;
  /** Standard input. Default: empty. */
  input?: string;
  /** The wanted port; 0: any that is free. Absent: the service does not listen. */
  port?: number;
  /** Wanted ports beside the main one, by name. */
  furtherPorts?: Record<string, number>;
  /** The address; absent: the service has none. */
  url?: string;
  ready: Ready;
  /** Longest time until it is ready; the limit of the whole start applies as well. */
  readyWithinMs?: number;
  restart: 'no' | 'on-failure';
  stop: { signal: NodeJS.Signals; graceMs: number };
  dependsOn: Dependency[];
  /** Use what listens on the wanted port already, instead of a process of its own. */
  reuseExisting?: boolean;
  /** The program, for `status`. */
  image: string;
  /** What it is, where that is not what its name says. */
  note?: string;
}

export interface Dependency {
  service: string;
  /** `started`: only stopped in order; both start at the same time. */
  until: 'healthy' | 'started';
}

/** How a service is asked whether it is ready. Where it has a port, its own processes must hold that port as well. */
export type Ready =
  /** `accepts`: a status below 400, or below 500: an answer. `json`: the body of a POST. */
  | { kind: 'http'; path: string; accepts: 'success' | 'answer'; json?: string }
  | { kind: 'postgres'; database: string; password?: string }
  | { kind: 'redis'; password?: string }
  /** Default: the main port. */
  | { kind: 'port'; port?: number }
  /** A regular expression that a line of its output matches. */
  | { kind: 'log'; pattern: string }
  | { kind: 'command'; command: string }
  /** It has run for this long and waits for something. */
  | { kind: 'runs'; forMs: number };

/** Ports of the services: `<service>`, and `<service>-<name>` for further ones. */
export type Ports = Record<string, number>;

/** Returns the wanted ports of the services. */
export function wantedPorts(services: readonly ServicePlan[]): Ports {
  return Object.fromEntries(
    services.flatMap(({ name, port, furtherPorts = {} }) => [
      ...(port === undefined ? [] : [[name, port] as const]),
      ...Object.entries(furtherPorts).map(([further, each]) => [`${name}-${further}`, each] as const),
    ]),
  );
}

/** Returns a digest of everything that makes the processes of a plan what they are. */
export function digestOf({ services, urls }: SupervisorPlan): string {
  const relevant = services.map(({ inherited: _, ...service }) => service);
  return createHash('sha256')
    .update(JSON.stringify([relevant, urls]))
    .digest('hex');
}

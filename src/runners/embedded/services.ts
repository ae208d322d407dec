import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Endpoint, switchedOff } from '../../base/endpoint.ts';
import { distFolder } from '../../base/package-root.ts';
import type { StandardName } from '../../check/stack.ts';
import { superuser } from '../../pglite/frames.ts';
import type { Endpoints } from '../runtime.ts';
import { type EmbeddedService, type PortName, spansFile, stackFolder } from '../state.ts';
import type { HealthProbe } from './health.ts';
import type { StackPlan } from './plan.ts';
import { passwordVariable } from './report.ts';

/** How one service of the embedded stack is run. */
export interface ServiceSpec {
  service: EmbeddedService;
  port: number;
  /** Beside the main one. */
  furtherPorts?: readonly number[];
  program: string;
  args: string[];
  /** Standard input of the program. Default: empty. */
  input?: string;
  environment: Record<string, string>;
  /** The line of the program's log that reports that it holds its port. Default: it reports that over its IPC channel. */
  listeningLine?: RegExp;
  health: HealthProbe;
  /** The program, for `status`. */
  image: string;
  /** What stands behind it, where that is not what its name says. */
  note?: string;
  /** Services of a later stage need those of the earlier ones, and are stopped before them. */
  stage: 1 | 2;
}

export type Ports = Partial<Record<PortName, number>>;

export function endpointsOf(plan: StackPlan, ports: Ports): Endpoints {
  const entries = Object.entries(urlsOf(plan, ports)).map(([name, url]): [string, Endpoint] => [
    name,
    ports[name as EmbeddedService] === undefined ? { absent: switchedOff(name) } : { url },
  ]);
  return Object.fromEntries(entries);
}

type Urls = Record<StandardName, string> & { telemetry?: string };

function urlsOf(plan: StackPlan, ports: Ports): Urls {
  const port = (name: PortName) => ports[name] ?? 0;
  return {
    api: `http://127.0.0.1:${port('api')}`,
    web: `http://127.0.0.1:${port('web')}`,
    database: `postgresql://${superuser}:${plan.password}@127.0.0.1:${port('database')}/${encodeURIComponent(plan.databaseName)}`,
    cache: `redis://:${plan.password}@127.0.0.1:${port('cache')}`,
    ...(ports.telemetry === undefined ? {} : { telemetry: `http://127.0.0.1:${ports.telemetry}` }),
  };
}

export function serviceSpecs(plan: StackPlan, ports: Ports): ServiceSpec[] {
  const endpoints = urlsOf(plan, ports);
  const receiver: Make = (_, port) => telemetry(plan, port, ports['telemetry-grpc'] ?? 0);
  const make: Record<EmbeddedService, Make> = { telemetry: receiver, database, cache, api, web };
  return (Object.keys(make) as EmbeddedService[])
    .filter((name) => ports[name] !== undefined)
    .map((name) => make[name](plan, ports[name] as number, endpoints));
}

type Make = (plan: StackPlan, port: number, endpoints: Urls) => ServiceSpec;

/** Of the first stage, so that it is still there for the last spans of services that end. */
function telemetry({ root, environment }: StackPlan, port: number, grpcPort: number): ServiceSpec {
  return {
    service: 'telemetry',
    port,
    furtherPorts: [grpcPort],
    program: process.execPath,
    args: [path.join(distFolder, 'otlp-receiver.js'), spansFile(root), String(port), String(grpcPort)],
    environment,
    health: { kind: 'otlp' },
    image: 'OTLP receiver',
    note: `OTLP receiver: HTTP here, gRPC on 127.0.0.1:${grpcPort}; spans are in ${path.relative(root, spansFile(root))}`,
    stage: 1,
  };
}

function database({ root, databaseName, password, environment }: StackPlan, port: number): ServiceSpec {
  const data = path.join(stackFolder(root), 'data');
  return {
    service: 'database',
    port,
    program: process.execPath,
    args: [path.join(distFolder, 'database-server.js'), data, String(port), databaseName],
    environment: { ...environment, [passwordVariable]: password },
    health: { kind: 'postgres', database: databaseName, password },
    image: 'PGlite',
    note: 'PGlite: PostgreSQL 18 in WebAssembly, with pgvector; one session, every connection is the superuser',
    stage: 1,
  };
}

function cache({ environment, password }: StackPlan, port: number): ServiceSpec {
  const common = { service: 'cache', port, health: { kind: 'redis', password }, stage: 1 } as const;
  const server = redisOnPath(environment.PATH);
  if (!server) {
    return {
      ...common,
      program: process.execPath,
      args: [path.join(distFolder, 'cache-server.js'), String(port)],
      environment: { ...environment, [passwordVariable]: password },
      image: 'meatymusic-embedded-cache',
      note: 'not Redis: a small stand-in, strings and expiry only, in memory (no redis-server on the PATH)',
    };
  }
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    'daemonize no',
  ];
  return {
    ...common,
    program: server.file,
    // Settings from standard input: the password is in no list of processes.
    args: ['-'],
    input: `${settings.join('\n')}\n`,
    environment,
    listeningLine: /ready to accept connections/i,
    image: server.version,
    note: `${server.version} from the PATH, in memory`,
  };
}

function api(plan: StackPlan, port: number, endpoints: Urls): ServiceSpec {
  const web = new URL(endpoints.web);
  return {
    service: 'api',
    port,
    program: process.execPath,
    args: [path.join(distFolder, 'stack', 'api', 'main.js')],
    environment: {
      CORS_ORIGINS: `${web.origin},http://localhost:${web.port}`,
      ...plan.environment,
      HOST: '127.0.0.1',
      PORT: String(port),
      SERVICE_NAME: plan.apiServiceName,
      OTEL_SERVICE_NAME: plan.apiServiceName,
      DATABASE_URL: endpoints.database,
      DATABASE_APP_ROLE: plan.applicationRole,
      REDIS_URL: endpoints.cache,
      AUTH_ISSUER: plan.auth.issuer,
      AUTH_JWKS: plan.auth.jwks,
      ...(plan.auth.audience ? { AUTH_AUDIENCE: plan.auth.audience } : {}),
      ...exporter(plan, endpoints),
    },
    health: { kind: 'http', path: '/health' },
    image: 'reference API',
    stage: 2,
  };
}

function web(plan: StackPlan, port: number, endpoints: Urls): ServiceSpec {
  return {
    service: 'web',
    port,
    program: process.execPath,
    args: [path.join(distFolder, 'stack', 'web', 'server.js')],
    environment: {
      ...plan.environment,
      HOST: '127.0.0.1',
      PORT: String(port),
      SERVICE_NAME: plan.webServiceName,
      OTEL_SERVICE_NAME: plan.webServiceName,
      NEXT_PUBLIC_API_URL: endpoints.api,
      NEXT_PUBLIC_APP_NAME: plan.appName,
      ...exporter(plan, endpoints),
    },
    health: { kind: 'http', path: '/health' },
    image: 'reference web app',
    stage: 2,
  };
}

function exporter({ otlpEndpoint }: StackPlan, { telemetry }: Urls): Record<string, string> {
  const endpoint = telemetry ?? otlpEndpoint;
  return endpoint ? { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } : {};
}

function redisOnPath(searchPath = ''): { file: string; version: string } | undefined {
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of searchPath.split(path.delimiter).filter(Boolean)) {
      const file = path.join(folder, name);
      if (!existsSync(file)) continue;
      try {
        const text = execFileSync(file, ['--version'], { encoding: 'utf8', timeout: 5000 });
        return { file, version: `${name} ${/v=(\S+)/.exec(text)?.[1] ?? ''}`.trim() };
      } catch {
        // It is there and does not run: the next one, or the stand-in.
      }
    }
  }
  return undefined;
}

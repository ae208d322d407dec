import path from 'node:path';
import { distFolder } from '../../base/package-root.ts';
import { superuser } from '../../pglite/frames.ts';
import type { Dependency, ServicePlan } from '../process/plan.ts';
import { spansFile, stackFolder } from '../state.ts';
import type { RedisProgram } from './find-redis.ts';
import { passwordVariable } from './password-variable.ts';

/** The services that the package brings: those of the contract, and the receiver of their spans. */
export type EmbeddedName = 'telemetry' | 'database' | 'cache' | 'api' | 'web';

/** What the embedded services need to know. */
export interface EmbeddedFacts {
  root: string;
  /** Wanted ports; 0: a free one. */
  ports: Record<EmbeddedName, number> & { grpc: number };
  databaseName: string;
  /** Of the database and the cache. */
  password: string;
  /** Absent: the stand-in runs. */
  redis?: RedisProgram | undefined;
  applicationRole: string;
  apiServiceName: string;
  webServiceName: string;
  appName: string;
  auth: { issuer: string; audience?: string; jwks: string };
  /** What the services inherit of the environment. */
  environment: Record<string, string>;
  /** Where they send spans; may be a reference. */
  otlpEndpoint?: string;
  /** Names of all services of the stack that have an address, whatever starts them. */
  addressed: ReadonlySet<string>;
}

/** Returns how the services with these names are run, in the order of lists. */
export function embeddedPlans(names: readonly string[], facts: EmbeddedFacts): ServicePlan[] {
  const make: Record<EmbeddedName, (facts: EmbeddedFacts) => ServicePlan> = {
    telemetry,
    database,
    cache,
    api,
    web,
  };
  return (Object.keys(make) as EmbeddedName[])
    .filter((name) => names.includes(name))
    .map((name) => {
      const plan = make[name](facts);
      return { ...plan, dependsOn: plan.dependsOn.filter(({ service }) => names.includes(service)) };
    });
}

function common({ root, environment }: EmbeddedFacts) {
  return {
    cwd: stackFolder(root),
    inherited: environment,
    restart: 'no',
    stop: { signal: 'SIGTERM', graceMs: 2000 },
  } as const;
}

const own = (script: string, ...args: string[]) => ({
  file: process.execPath,
  args: [path.join(distFolder, script), ...args],
});

/**
 * Node.js compiles the hot code of WebAssembly on as many threads as there are processors. With one, the services that
 * start beside it get their share, and 30 MB less are taken (https://nodejs.org/api/cli.html#--v8-pool-sizenum).
 */
const withOneCompiler = ({ file, args }: { file: string; args: string[] }) => ({
  file,
  args: ['--v8-pool-size=1', ...args],
});

/** They start at the same time, and the application ends before what it needs. */
const after = (...services: EmbeddedName[]): Dependency[] =>
  services.map((service) => ({ service, until: 'started' }));

function telemetry(facts: EmbeddedFacts): ServicePlan {
  const { root, ports } = facts;
  return {
    ...common(facts),
    name: 'telemetry',
    port: ports.telemetry,
    furtherPorts: { grpc: ports.grpc },
    url: 'http://127.0.0.1:{port}',
    program: own('otlp-receiver.js', spansFile(root), '{port}', '{port:grpc}'),
    env: {},
    // An export of nothing: a receiver that accepts it takes spans in.
    ready: { kind: 'http', path: '/v1/traces', json: '{}', accepts: 'success' },
    image: 'OTLP receiver',
    note: `OTLP receiver: HTTP here, gRPC on 127.0.0.1:{port:grpc}; spans are in ${path.relative(root, spansFile(root))}`,
    dependsOn: [],
  };
}

function database(facts: EmbeddedFacts): ServicePlan {
  const { root, ports, databaseName, password } = facts;
  return {
    ...common(facts),
    name: 'database',
    port: ports.database,
    url: `postgresql://${superuser}:${password}@127.0.0.1:{port}/${encodeURIComponent(databaseName)}`,
    program: withOneCompiler(
      own('database-server.js', path.join(stackFolder(root), 'data'), '{port}', databaseName),
    ),
    env: { [passwordVariable]: password },
    ready: { kind: 'postgres', database: databaseName, password },
    image: 'PGlite',
    note: 'PGlite: PostgreSQL 18 in WebAssembly, with pgvector; one session, every connection is the superuser',
    dependsOn: [],
  };
}

function cache(facts: EmbeddedFacts): ServicePlan {
  const { password, ports, redis: server } = facts;
  const shared = {
    ...common(facts),
    name: 'cache',
    port: ports.cache,
    url: `redis://:${password}@127.0.0.1:{port}`,
    ready: { kind: 'redis', password },
    dependsOn: [],
  } as const;
  if (!server) {
    return {
      ...shared,
      dependsOn: [],
      program: own('cache-server.js', '{port}'),
      env: { [passwordVariable]: password },
      image: 'meatymusic-embedded-cache',
      note: 'not Redis: a small stand-in, strings and expiry only, in memory (no redis-server on the PATH)',
    };
  }
  const settings = [
    'port {port}',
    'bind 127.0.0.1',
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    'daemonize no',
  ];
  return {
    ...shared,
    dependsOn: [],
    // Settings from standard input: the password is in no list of processes.
    program: { file: server.file, args: ['-'] },
    input: `${settings.join('\n')}\n`,
    env: {},
    image: server.version,
    note: `${server.version} from the PATH, in memory`,
  };
}

function api(facts: EmbeddedFacts): ServicePlan {
  const { environment, apiServiceName, applicationRole, auth, ports } = facts;
  const origins = `${addressOf(facts, 'web')},http://localhost:${portOf(facts, 'web')}`;
  return {
    ...common(facts),
    name: 'api',
    port: ports.api,
    url: 'http://127.0.0.1:{port}',
    program: own(path.join('stack', 'api', 'main.js')),
    env: {
      ...(environment.CORS_ORIGINS === undefined && { CORS_ORIGINS: origins }),
      HOST: '127.0.0.1',
      PORT: '{port}',
      SERVICE_NAME: apiServiceName,
      OTEL_SERVICE_NAME: apiServiceName,
      DATABASE_URL: addressOf(facts, 'database'),
      DATABASE_APP_ROLE: applicationRole,
      REDIS_URL: addressOf(facts, 'cache'),
      AUTH_ISSUER: auth.issuer,
      AUTH_JWKS: auth.jwks,
      ...(auth.audience && { AUTH_AUDIENCE: auth.audience }),
      ...exporter(facts),
    },
    ready: { kind: 'http', path: '/health', accepts: 'success' },
    image: 'reference API',
    stop: { signal: 'SIGTERM', graceMs: 1500 },
    dependsOn: after('telemetry', 'database', 'cache'),
  };
}

function web(facts: EmbeddedFacts): ServicePlan {
  const { webServiceName, appName, ports } = facts;
  return {
    ...common(facts),
    name: 'web',
    port: ports.web,
    url: 'http://127.0.0.1:{port}',
    program: own(path.join('stack', 'web', 'server.js')),
    env: {
      HOST: '127.0.0.1',
      PORT: '{port}',
      SERVICE_NAME: webServiceName,
      OTEL_SERVICE_NAME: webServiceName,
      NEXT_PUBLIC_API_URL: addressOf(facts, 'api'),
      NEXT_PUBLIC_APP_NAME: appName,
      ...exporter(facts),
    },
    ready: { kind: 'http', path: '/health', accepts: 'success' },
    image: 'reference web app',
    stop: { signal: 'SIGTERM', graceMs: 1500 },
    dependsOn: after('telemetry'),
  };
}

/** Addresses at which nothing listens, for services that the stack does not have. */
const nowhere: Record<string, string> = {
  api: 'http://127.0.0.1:0',
  web: 'http://127.0.0.1:0',
  database: 'postgresql://127.0.0.1:0/none',
  cache: 'redis://127.0.0.1:0',
};

function addressOf({ addressed }: EmbeddedFacts, name: EmbeddedName): string {
  return addressed.has(name) ? `\${services.${name}.url}` : (nowhere[name] as string);
}

function portOf({ addressed }: EmbeddedFacts, name: EmbeddedName): string {
  return addressed.has(name) ? `\${services.${name}.port}` : '0';
}

function exporter({ otlpEndpoint }: EmbeddedFacts): Record<string, string> {
  return otlpEndpoint ? { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint } : {};
}

import type { ProbeName } from '../check/probes.ts';
import type { ClosableProbe, ProbeContext, ProbeFactory } from './context.ts';

export * from './context.ts';

/** Each probe is loaded when the first check that needs it runs: pg, ioredis and the like cost start-up time. */
const loaders: { [Name in ProbeName]: () => Promise<ProbeFactory<Name>> } = {
  http: async () => (await import('./http.ts')).createHttpProbe,
  tcp: async () => (await import('./tcp.ts')).createTcpProbe,
  dns: async () => (await import('./dns.ts')).createDnsProbe,
  tls: async () => (await import('./tls.ts')).createTlsProbe,
  postgres: async () => (await import('./postgres.ts')).createPostgresProbe,
  redis: async () => (await import('./redis.ts')).createRedisProbe,
  logs: async () => (await import('./logs.ts')).createLogsProbe,
  spans: async () => (await import('./spans.ts')).createSpansProbe,
  browser: async () => (await import('./browser.ts')).createBrowserProbe,
  command: async () => (await import('./command.ts')).createCommandProbe,
  file: async () => (await import('./file.ts')).createFileProbe,
  process: async () => (await import('./process.ts')).createProcessProbe,
  migrations: async () => (await import('./migrations.ts')).createMigrationsProbe,
  control: async () => (await import('./control.ts')).createControlProbe,
  service: async () => (await import('./service.ts')).createServiceProbe,
  ids: async () => (await import('./ids.ts')).createIdsProbe,
};

const loaded = new Map<ProbeName, ProbeFactory<never>>();

/** A promise only until the probe is loaded: the first check that needs it waits. */
export function createProbe<Name extends ProbeName>(
  name: Name,
  context: ProbeContext,
): ClosableProbe<Name> | Promise<ClosableProbe<Name>> {
  const factory = loaded.get(name) as ProbeFactory<Name> | undefined;
  if (factory) return factory(context);
  return loaders[name]().then((made) => {
    loaded.set(name, made as unknown as ProbeFactory<never>);
    return made(context);
  });
}

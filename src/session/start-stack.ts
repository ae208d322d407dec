import { absenceOf, type Endpoint, urlOf } from '../base/endpoint.ts';
import { safeLine } from '../base/safe-text.ts';
import { secretsOfEndpoints } from '../base/secret-places.ts';
import { serviceUrl } from '../check/service-url.ts';
import type { Project } from '../config/project.ts';
import type { MigrateEvent } from '../migrate/index.ts';
import type { Endpoints, Runtime, RuntimeEvent } from '../runners/runtime.ts';
import { migratorPidFile } from '../runners/state.ts';
import { awaitReady } from './await-ready.ts';
import { findMigrationsOf, migrationCommandOf, migrationsUrl } from './migrations-of.ts';
import { assertNotBeingProved } from './prove-lock.ts';
import { repairStack } from './repair-stack.ts';

/** The state of the database's migrations after `up`. */
export interface Migrated {
  /** Names of the migrations that this call applied, in their order. */
  ran: string[];
  /** The last applied migration; `undefined`: none is applied. */
  head: string | undefined;
  /** Why nothing was migrated: the stack has no migrations of its own. */
  none?: string;
  /** `migrations.command`, which migrated it. */
  command?: string;
}

/** Progress of `up`. A step runs in this process, between the start of the services and the end of the call. */
export type UpEvent =
  | RuntimeEvent
  | {
      type: 'step';
      name: 'migrations' | 'readiness';
      state: 'working' | 'done' | 'failed';
      /** A phrase to show after the state. Default: none. */
      detail?: string;
    };

export interface StartOptions {
  signal: AbortSignal;
  onEvent(event: UpEvent): void;
}

export interface Started {
  endpoints: Endpoints;
  /** `undefined`: the database or its migrations are disabled. */
  migrations: Migrated | undefined;
}

/** An API that is not ready by then is left to the checks. */
const longestUnreadyMs = 15_000;
/** Together with the rest of the command less than five seconds after Ctrl-C. */
const stopWithinMs = 4500;

/** Resolves to whether the stack runs before it is started: a service has an address, or none of them is to have one. */
export async function isRunning(runtime: Runtime): Promise<boolean> {
  const endpoints = await runtime.endpoints();
  const all = Object.values<Endpoint>(endpoints ?? {});
  return (
    all.some((endpoint) => urlOf(endpoint) !== undefined) || (endpoints !== undefined && all.length === 0)
  );
}

/** Starts what does not run, migrates the database, and waits until the API is ready. Rejects with a `Fault`. */
export async function startStack(
  project: Project,
  runtime: Runtime,
  { signal, onEvent }: StartOptions,
): Promise<Started> {
  const { config } = project;
  assertNotBeingProved(project);
  const { ports, timeout: timeoutMs, stableFor: stableForMs } = config.up;
  // The migrator is loaded while the services start.
  if (config.migrations.enabled) void import('../migrate/index.ts');
  const endpoints = await runtime.up({ ports, timeoutMs, stableForMs, signal, onEvent });
  project.redact.add(...secretsOfEndpoints(endpoints));
  assertNotBeingProved(project);
  for (const note of await repairStack(project, runtime)) onEvent({ type: 'notice', message: note });
  const { database, cache, api } = config.services;
  const isPart = (name: 'database' | 'cache', { enabled }: { enabled: boolean }) =>
    enabled && absenceOf(endpoints[name])?.code !== 'not-named';
  let migrations: Migrated | undefined;
  if (config.migrations.enabled && isPart('database', database)) {
    onEvent({ type: 'step', name: 'migrations', state: 'working' });
    try {
      migrations = await migrate(project, runtime, endpoints, { signal, onEvent });
    } catch (error) {
      onEvent({ type: 'step', name: 'migrations', state: 'failed' });
      throw error;
    }
    onEvent({ type: 'step', name: 'migrations', state: 'done', detail: describeMigrated(migrations) });
  }
  const apiUrl = urlOf(endpoints.api);
  const ready = apiUrl === undefined ? undefined : new URL(serviceUrl({ url: apiUrl }, api.readyPath));
  if (isPart('database', database) && isPart('cache', cache) && ready?.protocol === 'http:') {
    onEvent({ type: 'step', name: 'readiness', state: 'working' });
    const { isReady, detail } = await awaitReady(ready, Math.min(timeoutMs, longestUnreadyMs), signal);
    onEvent({ type: 'step', name: 'readiness', state: isReady ? 'done' : 'failed', detail });
  }
  return { endpoints, migrations };
}

/** Stops the stack after an abort; its data stays. Resolves to the names of what was stopped. */
export function stopAborted(runtime: Runtime): Promise<string[]> {
  return runtime.down({ volumes: false, signal: AbortSignal.timeout(stopWithinMs), onEvent() {} });
}

function describeMigrated({ ran, head, none, command }: Migrated): string {
  if (command) return `${safeLine(command, 80)}: ${head ?? 'done'}`;
  return none ?? (ran.length > 0 ? `applied ${ran.join(', ')}` : `at ${head ?? 'nothing'}, none pending`);
}

async function migrate(
  project: Project,
  runtime: Runtime,
  endpoints: Endpoints,
  { signal, onEvent }: StartOptions,
): Promise<Migrated> {
  const url = migrationsUrl(project, endpoints);
  const note = (message: string) => onEvent({ type: 'notice', message });
  const { describeTools, migrateToLatest, runMigrationCommand, whyAbsent } = await import(
    '../migrate/index.ts'
  );
  const source = await findMigrationsOf(project, runtime);
  const { schema, lockTimeout, timeout } = project.config.migrations;
  const session = {
    url,
    lockTimeoutMs: lockTimeout,
    timeoutMs: timeout,
    signal,
    pidFile: migratorPidFile(project.root, runtime.name),
    onEvent(event: MigrateEvent) {
      if (event.type === 'notice') return note(event.message);
      const detail = waitingFor(event);
      if (detail) onEvent({ type: 'step', name: 'migrations', state: 'working', detail });
    },
  };
  if (source.command !== undefined) {
    const by = migrationCommandOf(project, endpoints, { command: source.command, url });
    const onLine = (line: string) => onEvent({ type: 'log', service: 'migrations', line });
    const { tools } = await runMigrationCommand({ ...session, by, onLine });
    return { ran: [], head: tools.length > 0 ? describeTools(tools) : undefined, command: source.command };
  }
  if (source.folder === undefined) {
    const { message } = await whyAbsent({ url, signal }, source);
    return { ran: [], head: undefined, none: `${message}; nothing was created` };
  }
  if (source.note) note(source.note);
  const { ran, head } = await migrateToLatest({ ...session, schema, folder: source.folder });
  return { ran: ran.map(({ name }) => name), head };
}

/** Returns what the migrations wait for; `undefined` for other events. */
function waitingFor(event: MigrateEvent): string | undefined {
  if (event.type === 'blocked') return safeLine(`waiting for a lock of ${event.by}`);
  return event.type === 'waiting' ? safeLine(`waiting for the migrations of ${event.holder}`) : undefined;
}

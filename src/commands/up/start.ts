import { urlOf } from '../../base/endpoint.ts';
import { safeLine } from '../../base/safe-text.ts';
import { secretsOfEndpoints } from '../../base/secret-places.ts';
import type { Project } from '../../config/project.ts';
import { requireUrl } from '../../runners/require-url.ts';
import type { Endpoints, Runtime } from '../../runners/runtime.ts';
import { migratorPidFile } from '../../runners/state.ts';
import { findMigrationsOf } from '../../session/migrations-of.ts';
import { assertNotBeingProved } from '../../session/prove-lock.ts';
import { repairStack } from '../../session/repair-stack.ts';
import type { Invocation } from '../invocation.ts';
import type { Progress } from './progress.ts';
import { awaitReady } from './ready.ts';

export interface Migrated {
  ran: string[];
  head: string | undefined;
  /** Why nothing was migrated: the stack has no migrations of ours. */
  none?: string;
}

/** What is not ready by then is a check's to tell. */
const longestUnreadyMs = 15_000;

/** Starts what does not run, migrates the database, and waits until the API says that it is ready. */
export async function start(
  { signal }: Invocation,
  project: Project,
  runtime: Runtime,
  progress: Progress,
): Promise<{ endpoints: Endpoints; migrated: Migrated | undefined }> {
  const { config } = project;
  assertNotBeingProved(project);
  const endpoints = await runtime.up({
    ports: config.up.ports,
    timeoutMs: config.up.timeout,
    stableForMs: config.up.stableFor,
    signal,
    onEvent: progress.onEvent,
  });
  project.redact.add(...secretsOfEndpoints(endpoints));
  assertNotBeingProved(project);
  for (const note of await repairStack(project, runtime))
    progress.say(`note: ${safeLine(note, 1000)}`, 'note');
  const { database, cache, api } = config.services;
  let migrated: Migrated | undefined;
  if (config.migrations.enabled && database.enabled) {
    migrated = await progress.step(
      'migrations',
      () => migrate(project, runtime, endpoints, signal, progress),
      ({ ran, head, none }) => ({
        ok: true,
        told:
          none ?? (ran.length > 0 ? `applied ${ran.join(', ')}` : `at ${head ?? 'nothing'}, none pending`),
      }),
    );
  }
  const apiUrl = urlOf(endpoints.api);
  const ready = apiUrl === undefined ? undefined : new URL(api.readyPath, apiUrl);
  if (database.enabled && cache.enabled && ready?.protocol === 'http:') {
    await progress.step(
      'readiness',
      () => awaitReady(ready, Math.min(config.up.timeout, longestUnreadyMs), signal),
      ({ isReady, told }) => ({ ok: isReady, told }),
    );
  }
  return { endpoints, migrated };
}

async function migrate(
  project: Project,
  runtime: Runtime,
  endpoints: Endpoints,
  signal: AbortSignal,
  progress: Progress,
): Promise<Migrated> {
  const url = requireUrl(endpoints, 'database');
  const { migrateToLatest, whyAbsent } = await import('../../migrate/index.ts');
  const source = await findMigrationsOf(project, runtime);
  if (source.folder === undefined) {
    const { message } = await whyAbsent({ url, signal }, source.reason);
    return { ran: [], head: undefined, none: `${message}; nothing was created` };
  }
  const { schema, lockTimeout, timeout } = project.config.migrations;
  const say = (message: string) => progress.say(`note: ${message}`, 'note');
  if (source.note) say(source.note);
  const { ran, head } = await migrateToLatest({
    url,
    schema,
    lockTimeoutMs: lockTimeout,
    timeoutMs: timeout,
    signal,
    folder: source.folder,
    pidFile: migratorPidFile(project.root, runtime.name),
    onEvent(event) {
      if (event.type === 'waiting') progress.say(`waits for the migrations of ${event.holder}`);
      if (event.type === 'notice') say(event.message);
    },
  });
  return { ran: ran.map(({ name }) => name), head };
}

import path from 'node:path';
import { secretsOfUrl } from '../../base/secret-places.ts';
import type { Endpoints, Runtime } from '../../runtimes/runtime.ts';
import { migratorPidFile } from '../../runtimes/state.ts';
import type { Project } from '../context.ts';
import type { Invocation } from '../invocation.ts';
import { assertNotBeingProved, mendLeftover } from '../prove/sabotage/leftover.ts';
import type { Progress } from './progress.ts';
import { awaitReady } from './ready.ts';

export interface Migrated {
  ran: string[];
  head: string | undefined;
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
  project.redact.add(...Object.values(endpoints).flatMap(secretsOfUrl));
  const mended = await mendLeftover(project, runtime);
  if (mended) progress.say(`note: ${mended}`, 'note');
  const { database, cache, api } = config.services;
  let migrated: Migrated | undefined;
  if (config.migrations.enabled && database.enabled) {
    migrated = await progress.step(
      'migrations',
      () => migrate(project, runtime, endpoints, signal, progress),
      ({ ran, head }) => ({
        ok: true,
        told: ran.length > 0 ? `applied ${ran.join(', ')}` : `at ${head ?? 'nothing'}, none pending`,
      }),
    );
  }
  const ready = new URL(api.readyPath, endpoints.apiUrl);
  if (api.enabled && database.enabled && cache.enabled && ready.protocol === 'http:') {
    await progress.step(
      'readiness',
      () => awaitReady(ready, Math.min(config.up.timeout, longestUnreadyMs), signal),
      ({ isReady, told }) => ({ ok: isReady, told }),
    );
  }
  return { endpoints, migrated };
}

async function migrate(
  { config, root }: Project,
  runtime: Runtime,
  endpoints: Endpoints,
  signal: AbortSignal,
  progress: Progress,
): Promise<Migrated> {
  const { migrateToLatest } = await import('../../migrate/index.ts');
  const { folder, schema, lockTimeout, timeout } = config.migrations;
  const { ran, head } = await migrateToLatest({
    url: endpoints.databaseUrl,
    schema,
    lockTimeoutMs: lockTimeout,
    timeoutMs: timeout,
    signal,
    ...(folder ? { folder: path.resolve(root, folder) } : {}),
    pidFile: migratorPidFile(root, runtime.name),
    onEvent(event) {
      if (event.type === 'waiting') progress.say(`waits for the migrations of ${event.holder}`);
      if (event.type === 'notice') progress.say(`note: ${event.message}`, 'note');
    },
  });
  return { ran: ran.map(({ name }) => name), head };
}

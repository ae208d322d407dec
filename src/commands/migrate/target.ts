import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { secretsOfUrl } from '../../base/secret-places.ts';
import type { MigrateEvent, MigrateOptions, Reach } from '../../migrate/index.ts';
import { findRuntime } from '../../runtimes/choose.ts';
import { migratorPidFile } from '../../runtimes/state.ts';
import type { Project } from '../context.ts';
import type { Invocation } from '../invocation.ts';
import { openStackProject } from '../stack-project.ts';
import { lineFor, styleFor } from '../style.ts';

export interface MigrateFlags {
  lockTimeout?: string;
  folder?: string;
}

export interface MigrateTarget {
  project: Project;
  options: MigrateOptions;
  /** The folder of the configuration, or `migrations/` of the project, for what is written. */
  ownFolder: string;
}

/** The project's folder and settings, without a database. */
export async function openMigrations(invocation: Invocation, flags: MigrateFlags): Promise<MigrateTarget> {
  const project = await openStackProject(invocation, [
    { path: 'migrations.folder', value: flags.folder, flag: '--folder' },
    { path: 'migrations.lockTimeout', value: flags.lockTimeout, flag: '--lock-timeout' },
  ]);
  const { config, root } = project;
  const { folder, schema, lockTimeout, timeout } = config.migrations;
  return {
    project,
    ownFolder: path.resolve(root, folder ?? 'migrations'),
    options: {
      url: config.services.database.url,
      schema,
      lockTimeoutMs: lockTimeout,
      timeoutMs: timeout,
      signal: invocation.signal,
      onEvent: reporterOf(invocation),
      ...(folder ? { folder: path.resolve(root, folder) } : {}),
    },
  };
}

/** With the address of the database: of the stack that `up` started, else the configured one. */
export async function openTarget(invocation: Invocation, flags: MigrateFlags): Promise<MigrateTarget> {
  const target = await openMigrations(invocation, flags);
  const { runtime } = await findRuntime(target.project);
  const endpoints = await runtime.endpoints();
  if (!endpoints) {
    throw new Fault({
      code: 'no-stack',
      message: `nothing of the ${runtime.name} stack runs, so there is no database to migrate`,
      hint: 'meatymusic up --no-migrate starts it; DATABASE_URL names another',
      exitCode: ExitCode.unavailable,
    });
  }
  const url = endpoints.databaseUrl;
  target.project.redact.add(...secretsOfUrl(url));
  return {
    ...target,
    options: { ...target.options, url, pidFile: migratorPidFile(target.project.root, runtime.name) },
  };
}

/** Progress, on standard error. */
function reporterOf({ stderr, quiet }: Invocation): (event: MigrateEvent) => void {
  const style = styleFor(stderr);
  const say = (text: string, paint: (part: string) => string) =>
    void stderr.write(lineFor(stderr, text, paint)).catch(() => {});
  return (event) => {
    if (event.type === 'notice') say(`note: ${event.message}`, style.warn);
    else if (event.type === 'waiting') say(`waiting for another migrator: ${event.holder}`, style.warn);
    else if (event.type === 'start' && !quiet && stderr.isTerminal)
      say(`${event.direction} ${event.name} …`, style.dim);
  };
}

export function reachOf({ to, steps }: Reach): Reach {
  if (to !== undefined && steps !== undefined) {
    throw new Fault({
      code: 'usage',
      message: '--to and --steps exclude each other',
      exitCode: ExitCode.usage,
    });
  }
  return { to, steps };
}

export function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Fault({
    code: 'usage',
    message: `--steps ${text} is not a whole number above 0`,
    exitCode: ExitCode.usage,
  });
}

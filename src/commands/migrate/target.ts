import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { secretsOfUrl } from '../../base/secret-places.ts';
import type { Project } from '../../config/project.ts';
import type {
  MigrateEvent,
  MigrateOptions,
  MigrationCommand,
  MigrationSource,
  Reach,
} from '../../migrate/index.ts';
import { findRuntime } from '../../runners/choose.ts';
import { migratorPidFile } from '../../runners/state.ts';
import { findMigrationsOf, migrationCommandOf, migrationsUrl } from '../../session/migrations-of.ts';
import type { Invocation } from '../invocation.ts';
import { openStackProject } from '../stack-project.ts';
import { lineFor, styleFor } from '../style.ts';

export interface MigrateFlags {
  lockTimeout?: string;
  folder?: string;
}

/** Everything but the migrations themselves. */
export interface MigrateSettings {
  project: Project;
  options: Omit<MigrateOptions, 'folder'>;
}

export interface MigrateTarget {
  project: Project;
  options: MigrateOptions;
  /** True if the folder is the project's, and may be written to. */
  isOwn: boolean;
}

async function openSettings(invocation: Invocation, flags: MigrateFlags): Promise<MigrateSettings> {
  const project = await openStackProject(invocation, [
    { path: 'migrations.folder', value: flags.folder, flag: '--folder' },
    { path: 'migrations.lockTimeout', value: flags.lockTimeout, flag: '--lock-timeout' },
  ]);
  const { config } = project;
  const { schema, lockTimeout, timeout } = config.migrations;
  return {
    project,
    options: {
      url: config.services.database.url,
      schema,
      lockTimeoutMs: lockTimeout,
      timeoutMs: timeout,
      signal: invocation.signal,
      onEvent: reporterOf(invocation),
    },
  };
}

/**
 * Returns the folder into which `migrate create` writes. Where the reference stack runs and the project has no migrations
 * yet, the folder begins with those that the database of the stack has.
 */
export async function openFolder(invocation: Invocation, flags: MigrateFlags): Promise<string> {
  const { project, options } = await openSettings(invocation, flags);
  const { config, root } = project;
  const folder = path.resolve(root, config.migrations.folder ?? 'migrations');
  const { copyBuiltInMigrations, noMigrations, readFolderKind } = await import('../../migrate/index.ts');
  const kind = readFolderKind(folder);
  if (kind?.holds === 'another-tool') throw noMigrations(`the folder ${folder} belongs to ${kind.tool}`);
  if (kind?.holds !== 'migrations' && (await hasBuiltInMigrations(project))) {
    for (const file of await copyBuiltInMigrations(folder)) {
      const name = path.relative(invocation.cwd, file);
      options.onEvent?.({
        type: 'notice',
        message: `copied ${name}, which the database of the demo stack has`,
      });
    }
  }
  return folder;
}

/** True if the stack runs and its database has the migrations of the reference stack. */
async function hasBuiltInMigrations(project: Project): Promise<boolean> {
  const { migrations, services } = project.config;
  if (migrations.folder !== undefined || !migrations.enabled || !services.database.enabled) return false;
  const { runtime } = await findRuntime(project);
  return runtime.isReferenceStack && (await runtime.endpoints()) !== undefined;
}

/** The migrations of the project, without a database; `orBuiltIn`: else those of the stack that it runs. */
export async function openMigrations(
  invocation: Invocation,
  flags: MigrateFlags,
  { orBuiltIn }: { orBuiltIn: boolean },
): Promise<MigrateTarget> {
  const settings = await openSettings(invocation, flags);
  const { isBuiltIn, migratedByCommand, noMigrations } = await import('../../migrate/index.ts');
  const isClone = isBuiltIn(path.join(settings.project.root, 'migrations'));
  const isReferenceStack =
    isClone || (orBuiltIn && (await findRuntime(settings.project)).runtime.isReferenceStack);
  const source = await findMigrationsOf(settings.project, { isReferenceStack });
  if (source.command !== undefined) throw migratedByCommand(source);
  if (source.folder === undefined) throw noMigrations(source.reason);
  return withFolder(settings, source.folder, { isOwn: isClone || !isBuiltIn(source.folder) });
}

/** The stack's database, and the migrations that belong to it. */
export async function openStack(
  invocation: Invocation,
  flags: MigrateFlags,
): Promise<MigrateSettings & { source: MigrationSource; by?: MigrationCommand }> {
  const settings = await openSettings(invocation, flags);
  const { project, options } = settings;
  const { runtime } = await findRuntime(project);
  const endpoints = await runtime.endpoints();
  if (!endpoints) {
    throw new Fault({
      code: 'no-stack',
      message: `nothing of the ${runtime.name} stack runs, so there is no database to migrate`,
      hint: 'meatymusic up --no-migrate starts it; DATABASE_URL names another',
      exitCode: ExitCode.unavailable,
    });
  }
  const url = migrationsUrl(project, endpoints);
  project.redact.add(...secretsOfUrl(url));
  const source = await findMigrationsOf(project, runtime);
  if (source.folder !== undefined && source.note) options.onEvent?.({ type: 'notice', message: source.note });
  const { command } = source;
  return {
    project,
    source,
    ...(command === undefined ? {} : { by: migrationCommandOf(project, endpoints, { command, url }) }),
    options: { ...options, url, pidFile: migratorPidFile(project.root, runtime.name) },
  };
}

/** As `openStack`. Rejects with 78 where the stack has no migrations, before anything is created. */
export async function openTarget(invocation: Invocation, flags: MigrateFlags): Promise<MigrateTarget> {
  return withMigrationsOf(await openStack(invocation, flags));
}

/** Adds the folder of the migrations to an opened stack. */
export async function withMigrationsOf({
  source,
  ...settings
}: MigrateSettings & { source: MigrationSource }): Promise<MigrateTarget> {
  const { isBuiltIn, whyAbsent } = await import('../../migrate/index.ts');
  if (source.folder === undefined) throw await whyAbsent(settings.options, source);
  return withFolder(settings, source.folder, { isOwn: !isBuiltIn(source.folder) });
}

function withFolder(
  { project, options }: MigrateSettings,
  folder: string,
  { isOwn }: { isOwn: boolean },
): MigrateTarget {
  return { project, options: { ...options, folder }, isOwn };
}

/** Progress, on standard error. */
function reporterOf({ stderr, quiet }: Invocation): (event: MigrateEvent) => void {
  const style = styleFor(stderr);
  const say = (text: string, paint: (part: string) => string) =>
    void stderr.write(lineFor(stderr, text, paint)).catch(() => {});
  return (event) => {
    if (event.type === 'notice') say(`note: ${event.message}`, style.warn);
    else if (event.type === 'waiting') say(`waiting for another migrator: ${event.holder}`, style.warn);
    else if (event.type === 'blocked') say(`waiting for a lock of ${event.by}`, style.warn);
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

/** Entry of the migrator. Modules that only some operations need are loaded on demand, to keep `status` fast. */
import type { Accepted } from './accept.ts';
import type { MigrateOptions } from './locked-state.ts';
import { refuseOtherTools } from './other-tools.ts';
import type { PlannedMigration } from './plan.ts';
import type { Reach } from './reach.ts';
import { readMigrationState } from './read-state.ts';
import { refuseBrokenHistory } from './state.ts';
import type { MigrateOutcome } from './up.ts';
import type { VerifyOutcome } from './verify.ts';

export type { MigrationState } from '../check/probes.ts';
export type { Accepted } from './accept.ts';
export type { Ran } from './apply.ts';
export {
  type CommandOptions,
  type CommandRun,
  type CommandState,
  describeTools,
  type MigrationCommand,
  migratedByCommand,
  readCommandState,
  runMigrationCommand,
  suggestedChecks,
} from './command.ts';
export { commandMigrations } from './command-probe.ts';
export { readFolderKind } from './folder-kind.ts';
export {
  compareLockFile,
  lockFileName,
  requireLockFile,
  writeLockFile,
} from './lock-file.ts';
export type { MigrateOptions } from './locked-state.ts';
export {
  belongsToOtherTool,
  describeOtherTools,
  migratedByAnotherTool,
  type OtherTool,
} from './other-tools.ts';
export type { PlannedMigration } from './plan.ts';
export type { Reach } from './reach.ts';
export { absentMigrations, readOnlyMigrations, whyAbsent } from './read-only.ts';
export { migrationState, otherToolsOf, readMigrationState } from './read-state.ts';
export type { DatabaseTarget, MigrateEvent, SessionOptions } from './session.ts';
export {
  builtInMigrations,
  findMigrations,
  isBuiltIn,
  type MigrationSource,
  noMigrations,
} from './source.ts';
export type { FullMigrationState, MigrationStatus } from './state.ts';
export type { MigrateOutcome } from './up.ts';
export type { VerifyOutcome } from './verify.ts';

/** Applies all pending migrations, for `meatymusic up`. */
export async function migrateToLatest(options: MigrateOptions): Promise<MigrateOutcome> {
  return migrateUp(options);
}

/** Applies the pending migrations in `reach`. */
export async function migrateUp(options: MigrateOptions, reach?: Reach): Promise<MigrateOutcome> {
  return (await import('./up.ts')).migrateUp(options, reach);
}

/** Rolls back the last migration, or the ones in `reach`. */
export async function migrateDown(options: MigrateOptions, reach?: Reach): Promise<MigrateOutcome> {
  return (await import('./down.ts')).migrateDown(options, reach);
}

export async function redo(
  options: MigrateOptions,
  reach?: Pick<Reach, 'steps'>,
): Promise<{ down: MigrateOutcome; up: MigrateOutcome }> {
  return (await import('./down.ts')).redo(options, reach);
}

export async function acceptMigration(
  options: MigrateOptions,
  accepted: { name: string; reason: string },
): Promise<Accepted> {
  return (await import('./accept.ts')).acceptMigration(options, accepted);
}

/** Resolves to the SQL that `up` or `down` would run, and its text. Rejects with the Fault that `up` would report. */
export async function planMigrations(
  options: MigrateOptions,
  reach: Reach,
  direction: 'up' | 'down',
): Promise<{ planned: PlannedMigration[]; text: string }> {
  const [{ planMigrations: plan, formatPlan }, { reachUp, reachDown }, { files, state }] = await Promise.all([
    import('./plan.ts'),
    import('./reach.ts'),
    readMigrationState(options).then((loaded) => {
      refuseOtherTools(loaded);
      return loaded;
    }),
  ]);
  if (direction === 'up') refuseBrokenHistory(state);
  const wanted =
    direction === 'up'
      ? reachUp(files, state, reach)
      : reachDown(state, reach).flatMap((name) => files.find((file) => file.name === name) ?? []);
  const planned = await plan(wanted, direction);
  return { planned, text: formatPlan(planned) };
}

/** Copies the migrations of the reference stack into a folder. Resolves to their paths. */
export async function copyBuiltInMigrations(folder: string): Promise<string[]> {
  return (await import('./create.ts')).copyBuiltInMigrations(folder);
}

export async function createMigration(
  folder: string,
  name: string,
  options?: { noTransaction?: boolean },
): Promise<string> {
  return (await import('./create.ts')).createMigration(folder, name, options);
}

export async function verifyMigrations(
  options: MigrateOptions & { scratchUrl?: string | undefined; target: boolean },
): Promise<VerifyOutcome> {
  return (await import('./verify.ts')).verifyMigrations(options);
}

export async function generateTypes(
  options: Pick<MigrateOptions, 'folder' | 'signal'> & { scratchUrl?: string | undefined },
): Promise<string> {
  return (await import('./types.ts')).generateTypes(options);
}

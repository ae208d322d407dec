/** Migrations that can be trusted. What only some operations need is loaded when they run. */
import type { Reach } from './reach.ts';
import type { MigrateOptions } from './scene.ts';
import type { MigrateOutcome } from './up.ts';

export type { MigrationState } from '../check/probes.ts';
export type { Ran } from './apply.ts';
export type { Reach } from './reach.ts';
export { readOnlyMigrations } from './read-only.ts';
export { builtInMigrations, type MigrateOptions, migrationState } from './scene.ts';
export type { DatabaseTarget, MigrateEvent, SessionOptions } from './session.ts';
export type { FullMigrationState, MigrationStatus } from './state.ts';
export type { MigrateOutcome } from './up.ts';

/** Applies what is pending, as far as `reach` says. */
export async function migrateUp(options: MigrateOptions, reach?: Reach): Promise<MigrateOutcome> {
  const up = await import('./up.ts');
  return up.migrateUp(options, reach);
}

/** Applies all that is pending: what `meatymusic up` does. */
export function migrateToLatest(options: MigrateOptions): Promise<MigrateOutcome> {
  return migrateUp(options);
}

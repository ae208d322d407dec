import type { Project } from '../config/project.ts';
import type { MigrationSource } from '../migrate/index.ts';
import type { Runtime } from '../runners/runtime.ts';

/** Resolves to the migrations that belong to the stack's database. */
export async function findMigrationsOf(
  { config, root }: Project,
  runtime: Pick<Runtime, 'isReferenceStack'>,
): Promise<MigrationSource> {
  const { findMigrations } = await import('../migrate/index.ts');
  return findMigrations({
    root,
    configured: config.migrations.folder,
    // A database that is switched off in the stack is not the stack's own.
    isReferenceStack: runtime.isReferenceStack && config.services.database.enabled,
  });
}

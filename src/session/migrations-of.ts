import path from 'node:path';
import { urlOf } from '../base/endpoint.ts';
import { plainDatabaseUrl } from '../base/postgres-link.ts';
import type { Project } from '../config/project.ts';
import type { MigrationCommand, MigrationSource } from '../migrate/index.ts';
import { requireUrl } from '../runners/require-url.ts';
import type { Endpoints, Runtime } from '../runners/runtime.ts';

/** Resolves to the migrations that belong to the stack's database. */
export async function findMigrationsOf(
  { config, root }: Project,
  runtime: Pick<Runtime, 'isReferenceStack'>,
): Promise<MigrationSource> {
  const { findMigrations } = await import('../migrate/index.ts');
  return findMigrations({
    root,
    configured: config.migrations.folder,
    command: config.migrations.command,
    // A database that is switched off in the stack is not the stack's own.
    isReferenceStack: runtime.isReferenceStack && config.services.database.enabled,
  });
}

/** Returns the address that migrates: `migrations.url`, else the database of the stack. Throws a Fault if it does not run. */
export function migrationsUrl({ config }: Project, endpoints: Endpoints): string {
  const url = requireUrl(endpoints, 'database');
  return config.migrations.url ?? url;
}

/** Returns the command with its folder, and an environment with the addresses of the services as they run. */
export function migrationCommandOf(
  { config, root, env }: Project,
  endpoints: Endpoints,
  { command, url }: { command: string; url: string },
): MigrationCommand {
  const { cwd = '.', check } = config.migrations;
  const { hostname, port, username, password, pathname } = new URL(plainDatabaseUrl(url));
  const redis = urlOf(endpoints.cache);
  return {
    command,
    check,
    cwd: path.resolve(root, cwd),
    env: {
      ...env,
      DATABASE_URL: url,
      PGHOST: hostname.replace(/^\[|\]$/g, ''),
      PGPORT: port || '5432',
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password),
      PGDATABASE: decodeURIComponent(pathname.slice(1)),
      ...(redis === undefined ? {} : { REDIS_URL: redis }),
    },
  };
}

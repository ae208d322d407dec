import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Kysely } from 'kysely';
import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { loadModule } from '../base/load-module.ts';
import { safeLine } from '../base/safe-text.ts';
import type { MigrationFile } from './migration-file.ts';

/** A migration in memory. */
export interface Migration extends MigrationFile {
  up(db: Kysely<unknown>): Promise<unknown>;
  down?: (db: Kysely<unknown>) => Promise<unknown>;
  /** True if it runs alone, outside the transaction of the batch. Set by `export const noTransaction = true`. */
  noTransaction: boolean;
}

/** One migration in one direction. */
export interface Step {
  direction: 'up' | 'down';
  migration: Migration;
}

/** The virtual modules of migrations. One object for all calls: the loader keeps one cache for it. */
let kysely: { kysely: object } | undefined;

/**
 * Loads JavaScript and TypeScript. `kysely` is ours, so that a folder of migrations needs no packages. Rejects with one
 * Fault that names every file that is not a migration.
 */
export async function loadMigrations(files: readonly MigrationFile[]): Promise<Migration[]> {
  if (files.length === 0) return [];
  kysely ??= { kysely: { ...(await import('kysely')) } };
  const problems: string[] = [];
  const migrations: Migration[] = [];
  const tsconfig = findTsconfig(path.dirname(files[0]!.path));
  for (const file of files) {
    try {
      const options = { virtualModules: kysely, source: file.source, tsconfig };
      migrations.push(toMigration(file, await loadModule(file.path, options)));
    } catch (error) {
      problems.push(`${file.path}: ${safeLine(messageOf(error))}`);
    }
  }
  if (problems.length === 0) return migrations;
  throw new Fault({
    code: 'migration-invalid',
    message:
      problems.length === 1
        ? `not a migration: ${problems[0]}`
        : `${problems.length} files are not migrations; the first: ${problems[0]}`,
    details: problems,
    hint: 'a migration exports the functions up and down: meatymusic migrate create <name> writes one',
    exitCode: ExitCode.config,
  });
}

function toMigration(file: MigrationFile, module: Record<string, unknown>): Migration {
  // As Kysely: a default export that is a migration has priority. It may be an instance of a class.
  const exported = isObjectWithUp(module.default) ? module.default : module;
  const { up, down } = exported;
  const noTransaction = exported.noTransaction ?? module.noTransaction;
  if (typeof up !== 'function') {
    throw new Error(
      up === undefined ? 'it does not export a function up' : `its export up is ${typeof up}, not a function`,
    );
  }
  if (down !== undefined && typeof down !== 'function')
    throw new Error(`its export down is ${typeof down}, not a function`);
  if (noTransaction !== undefined && typeof noTransaction !== 'boolean') {
    throw new Error('its export noTransaction is not a boolean');
  }
  return {
    ...file,
    up: up.bind(exported) as Migration['up'],
    ...(down ? { down: down.bind(exported) as NonNullable<Migration['down']> } : {}),
    noTransaction: noTransaction === true,
  };
}

function isObjectWithUp(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { up?: unknown }).up === 'function';
}

/** Returns the nearest tsconfig.json, in the folder or above it. */
function findTsconfig(folder: string): string | undefined {
  const file = path.join(folder, 'tsconfig.json');
  if (existsSync(file)) return file;
  const above = path.dirname(folder);
  return above === folder ? undefined : findTsconfig(above);
}

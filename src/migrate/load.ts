import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Kysely } from 'kysely';
import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import type { MigrationFile } from './migration-file.ts';
import { createSelfContained } from './self-contained.ts';

/** A migration in memory. */
export interface Migration extends MigrationFile {
  up(db: Kysely<unknown>): Promise<unknown>;
  down?: (db: Kysely<unknown>) => Promise<unknown>;
  /** `export const noTransaction = true`: it runs alone, outside the batch's transaction. */
  noTransaction: boolean;
}

/** One migration in one direction. */
export interface Step {
  direction: 'up' | 'down';
  migration: Migration;
}

type Importer = (file: MigrationFile) => Promise<Record<string, unknown>>;

/** Loads them all, or rejects with one Fault that names every file that is no migration. */
export async function loadMigrations(files: readonly MigrationFile[]): Promise<Migration[]> {
  if (files.length === 0) return [];
  const load = createImporter();
  const problems: string[] = [];
  const migrations: Migration[] = [];
  for (const file of files) {
    try {
      migrations.push(toMigration(file, await load(file)));
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
  const { up, down, noTransaction } = module;
  if (typeof up !== 'function') {
    throw new Error(
      up === undefined
        ? 'default' in module
          ? 'it has a default export only; export the functions by name: export async function up(db)'
          : 'it does not export a function up'
        : `its export up is ${typeof up}, not a function`,
    );
  }
  if (down !== undefined && typeof down !== 'function')
    throw new Error(`its export down is ${typeof down}, not a function`);
  if (noTransaction !== undefined && typeof noTransaction !== 'boolean') {
    throw new Error('its export noTransaction is not a boolean');
  }
  return {
    ...file,
    up: up as Migration['up'],
    ...(down ? { down: down as NonNullable<Migration['down']> } : {}),
    noTransaction: noTransaction === true,
  };
}

/**
 * JavaScript is imported by Node itself, where it can be. TypeScript is not: our own Kysely is given to it, so that a
 * folder of migrations needs no packages of its own.
 */
function createImporter(): Importer {
  let selfContained: ReturnType<typeof createSelfContained> | undefined;
  let jiti: Promise<Importer> | undefined;
  const byJiti: Importer = async (file) => {
    jiti ??= createJitiImporter();
    return (await jiti)(file);
  };
  return async (file) => {
    if (!/\.m?js$/.test(file.path)) {
      selfContained ??= createSelfContained();
      return (await (await selfContained)(file)) ?? byJiti(file);
    }
    try {
      return await import(`${pathToFileURL(file.path).href}?checksum=${file.checksum.slice(7, 23)}`);
    } catch (error) {
      if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
      return byJiti(file);
    }
  };
}

async function createJitiImporter(): Promise<Importer> {
  // Required, not imported: for an import Node first reads the whole of it in search of names (75 ms).
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti');
  const kysely = await import('kysely');
  const jiti = createJiti(import.meta.url, {
    interopDefault: false,
    moduleCache: false,
    // It would keep what it compiled in a temporary folder that others may write to, and run it from there.
    fsCache: false,
    virtualModules: { kysely: { ...kysely } },
  });
  // The source is at hand, and is what the checksum was taken of.
  return async ({ path, source }) =>
    (await jiti.evalModule(source, { filename: path, async: true })) as Record<string, unknown>;
}

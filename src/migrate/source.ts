import { realpathSync } from 'node:fs';
import path from 'node:path';
import { codeOf, Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { packageRoot } from '../base/package-root.ts';
import { readFolderKind } from './folder-kind.ts';

/** Migrations of the reference stack; they run on no other stack. */
export const builtInMigrations = path.join(packageRoot, 'migrations');

/** Migrations of a stack, or the reason for their absence. */
export type MigrationSource =
  | { folder: string; note?: string | undefined; command?: undefined }
  /** A command of the configuration migrates the database. */
  | { folder?: undefined; command: string }
  /** No migration is applied, and nothing is created in the database. */
  | { folder?: undefined; command?: undefined; reason: string };

export interface SourceOptions {
  /** Folder of the configuration file. */
  root: string;
  /** `migrations.folder`. */
  configured?: string | undefined;
  /** `migrations.command`. */
  command?: string | undefined;
  /** True if the database is the one of the reference stack, started by us. */
  isReferenceStack: boolean;
}

/**
 * Returns the configured command or folder, else `migrations/` beside the configuration, else on the reference stack the built-in
 * migrations. A folder of another tool is refused, configured or found.
 */
export function findMigrations({
  root,
  configured,
  command,
  isReferenceStack,
}: SourceOptions): MigrationSource {
  if (command !== undefined && configured !== undefined) {
    throw new Fault({
      code: 'migrations-twice',
      message: 'migrations.command and migrations.folder exclude each other',
      hint: 'keep the one that migrates the database',
      exitCode: ExitCode.config,
    });
  }
  if (command !== undefined) return { command };
  if (configured !== undefined) {
    const folder = path.resolve(root, configured);
    const kind = kindOf(folder);
    return kind?.holds === 'another-tool'
      ? { reason: `migrations.folder "${configured}" holds migrations of ${kind.tool}` }
      : { folder };
  }
  const folder = path.join(root, 'migrations');
  const kind = isBuiltIn(folder) ? undefined : kindOf(folder);
  if (kind?.holds === 'migrations') return { folder };
  const reason =
    kind === undefined
      ? 'there is no folder migrations/ beside the configuration, and migrations.folder is not set'
      : `the folder migrations/ ${kind.holds === 'none' ? kind.found : `belongs to ${kind.tool}`}, and migrations.folder is not set`;
  if (!isReferenceStack) return { reason };
  return {
    folder: builtInMigrations,
    note: kind && `${reason}: the migrations of the reference stack are applied`,
  };
}

export function noMigrations(reason: string): Fault {
  return new Fault({
    code: 'no-migrations',
    message: `no migrations configured: ${reason}`,
    details: ['nothing was created or changed'],
    hint: 'set migrations.folder to a folder of Kysely migrations; meatymusic migrate create <name> begins one',
    exitCode: ExitCode.config,
  });
}

/** Returns true for the `migrations/` of a clone of this repository, which belongs to the reference stack. */
export function isBuiltIn(folder: string): boolean {
  try {
    return realpathSync(folder) === realpathSync(builtInMigrations);
  } catch {
    return false;
  }
}

function kindOf(folder: string) {
  try {
    return readFolderKind(folder);
  } catch (error) {
    throw new Fault({
      code: 'migrations-folder',
      message: `the migrations' folder ${folder} cannot be read (${codeOf(error) ?? 'unknown'})`,
      hint: 'make it readable, or set migrations.folder to another one',
      exitCode: ExitCode.config,
      cause: error,
    });
  }
}

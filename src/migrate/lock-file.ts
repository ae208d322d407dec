import { readFileSync } from 'node:fs';
import path from 'node:path';
import { codeOf, Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { replaceFileSync } from '../base/write-file.ts';
import { type MigrationFile, readMigrationFiles } from './migration-file.ts';

/**
 * Contents of `migrations.lock.json`, committed with the migrations: their order and checksums. Two branches that each
 * add one change the same lines (`head`, the end of the list), which is a merge conflict that the user resolves.
 */
export const lockFileName = 'migrations.lock.json';

interface LockFile {
  head: string | null;
  migrations: { name: string; checksum: string }[];
}

/** Returns the deviations of the folder from its lock file; `undefined` if there is no lock file. */
export function compareLockFile(folder: string, known?: readonly MigrationFile[]): string[] | undefined {
  const locked = readLockFile(folder);
  if (!locked) return undefined;
  const files = known ?? readMigrationFiles(folder);
  const byName = new Map(locked.migrations.map((each) => [each.name, each.checksum]));
  const onDisk = new Set(files.map(({ name }) => name));
  return [
    ...files.flatMap(({ name, checksum }) => {
      const expected = byName.get(name);
      if (expected === undefined) return [`not in the lock file: ${name}`];
      return expected === checksum ? [] : [`changed since the lock file was written: ${name}`];
    }),
    ...locked.migrations.flatMap(({ name }) => (onDisk.has(name) ? [] : [`in the lock file alone: ${name}`])),
  ];
}

/** Writes the lock file from the migrations. Returns true if it changed. */
export function writeLockFile(folder: string): boolean {
  const files = readMigrationFiles(folder);
  const content: LockFile = {
    head: files.at(-1)?.name ?? null,
    migrations: files.map(({ name, checksum }) => ({ name, checksum })),
  };
  const text = `${JSON.stringify(content, null, 2)}\n`;
  const file = path.join(folder, lockFileName);
  if (readText(file) === text) return false;
  replaceFileSync(file, text);
  return true;
}

/** Throws if the migrations deviate from the lock file, that is, from the reviewed state. */
export function requireLockFile(folder: string): void {
  const differences = compareLockFile(folder);
  if (differences?.length === 0) return;
  throw new Fault({
    code: 'migrations-lock',
    message: differences
      ? `the migrations are not those of ${lockFileName}: ${differences[0]}`
      : `there is no ${lockFileName} in ${folder}`,
    details: differences ?? [],
    hint: 'meatymusic migrate lock writes it; commit it with the migrations',
    exitCode: ExitCode.config,
  });
}

/** Throws on a merge conflict in the lock file: the user decides the order before anything is applied. */
export function refuseBrokenLockFile(folder: string): void {
  readLockFile(folder);
}

function readLockFile(folder: string): LockFile | undefined {
  const file = path.join(folder, lockFileName);
  const text = readText(file);
  if (text === undefined) return undefined;
  try {
    const { head, migrations } = JSON.parse(text) as LockFile;
    if (Array.isArray(migrations)) return { head, migrations };
  } catch {
    // Reported below.
  }
  const conflict = /^(<{7}|>{7})/m.test(text);
  throw new Fault({
    code: 'migrations-lock',
    message: conflict ? `${file} holds a merge conflict` : `${file} is not a lock file`,
    hint: conflict
      ? 'two branches added a migration: rename the one that comes second, then meatymusic migrate lock'
      : 'meatymusic migrate lock writes it anew',
    exitCode: ExitCode.config,
  });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Fault({
      code: 'migrations-lock',
      message: `${file} cannot be read (${codeOf(error) ?? 'unknown'})`,
      exitCode: ExitCode.config,
      cause: error,
    });
  }
}

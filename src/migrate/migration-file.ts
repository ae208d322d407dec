import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { codeOf, Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';

/** A migration on disk, not yet loaded. */
export interface MigrationFile {
  /** File name without extension: the name in Kysely's history. */
  name: string;
  path: string;
  /** `sha256:…` of the source, the same on every platform. */
  checksum: string;
  source: string;
}

const extensions = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/**
 * The migrations of a folder in the order of their bytes, the same in every locale. Synchronous: two hundred small files
 * take a tenth of the time that they take one promise after another.
 */
export function readMigrationFiles(folder: string): MigrationFile[] {
  const files = listFolder(folder)
    .filter(isMigration)
    .map((file) => {
      const location = path.join(folder, file);
      const source = readSource(location);
      const name = file.slice(0, -path.extname(file).length);
      return { name, path: location, checksum: checksumOf(source), source };
    });
  files.sort((a, b) => compareNames(a.name, b.name));
  const twice = files.filter((file, index) => files[index - 1]?.name === file.name);
  if (twice.length > 0) {
    throw new Fault({
      code: 'migration-twice',
      message: `two files give the same migration: ${twice.map((file) => file.name).join(', ')}`,
      hint: 'keep one of them',
      exitCode: ExitCode.config,
    });
  }
  return files;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new Fault({
      code: 'migrations-folder',
      message: `the migrations' folder ${folder} cannot be read (${codeOf(error) ?? 'unknown'})`,
      hint: 'meatymusic migrate create <name> makes it; or set migrations.folder',
      exitCode: ExitCode.config,
      cause: error,
    });
  }
}

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Fault({
      code: 'migrations-folder',
      message: `the migration ${file} cannot be read (${codeOf(error) ?? 'unknown'})`,
      hint: 'mend it or take it out of the folder; names that begin with _ or . are left out',
      exitCode: ExitCode.config,
      cause: error,
    });
  }
}

/** Byte order: `localeCompare` puts `B_x` behind `a_y` in one place and before it in another. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Line endings and a byte-order mark do not count: Git changes them on the way. */
export function checksumOf(source: string): string {
  const normalised = source.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  return `sha256:${hash('sha256', normalised)}`;
}

export function isMigration(file: string): boolean {
  if (file.startsWith('.') || file.startsWith('_')) return false;
  if (/\.d\.[mc]?ts$|\.(test|spec)\.[mc]?[jt]s$/.test(file)) return false;
  return extensions.includes(path.extname(file));
}

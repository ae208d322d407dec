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
 * Reads the migrations of a folder, in byte order, the same in every locale. Synchronous, because two hundred small files
 * take ten times as long with promises.
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
  const twice = files.flatMap((file, index) => {
    const before = files[index - 1];
    return before?.name === file.name
      ? [`${path.basename(before.path)} and ${path.basename(file.path)}`]
      : [];
  });
  if (twice.length > 0) {
    throw new Fault({
      code: 'migration-twice',
      message: `two files give the same migration: ${twice.join(', ')}`,
      hint: 'keep one of them; compiled files belong in a folder of their own (outDir)',
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
      hint: 'fix it or remove it from the folder; names that start with _ or . are ignored',
      exitCode: ExitCode.config,
      cause: error,
    });
  }
}

/** Compares by byte order; the result of `localeCompare` depends on the locale. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns the checksum of a text without line endings and byte order mark, which Git can change. */
export function checksumOf(source: string): string {
  const normalised = source.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  return `sha256:${hash('sha256', normalised)}`;
}

/** Returns the checksum as the history keeps it, with the extension of the file: `sha256:… .ts`. */
export function recordedChecksum({ path: file, checksum }: Pick<MigrationFile, 'path' | 'checksum'>): string {
  return `${checksum} ${path.extname(file)}`;
}

/** Returns the checksum of the history without the extension, and the extension. */
export function parseRecordedChecksum(recorded: string): { checksum: string; extension?: string } {
  const [, checksum, extension] = /^(sha256:\w+) (\.\w+)$/.exec(recorded) ?? [];
  return checksum && extension ? { checksum, extension } : { checksum: recorded };
}

export function isMigration(file: string): boolean {
  if (file.startsWith('.') || file.startsWith('_')) return false;
  if (/\.d\.[mc]?ts$|\.(test|spec)\.[mc]?[jt]s$/.test(file)) return false;
  return extensions.includes(path.extname(file));
}

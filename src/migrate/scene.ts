import path from 'node:path';
import { packageRoot } from '../base/package-root.ts';
import { type Connection, withConnection } from './connection.ts';
import { type History, readHistory } from './history.ts';
import { type MigrationFile, readMigrationFiles } from './migration-file.ts';
import { type DatabaseTarget, type SessionOptions, withMigrationLock } from './session.ts';
import { compareState, type FullMigrationState } from './state.ts';

declare const __VERSION__: string | undefined;
export const toolVersion = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';

/** The migrations of the reference stack. */
export const builtInMigrations = path.join(packageRoot, 'migrations');

export interface MigrateOptions extends SessionOptions {
  /** Default: the built-in migrations. */
  folder?: string | undefined;
}

/** All that an operation looks at before it acts. */
export interface Scene {
  connection: Connection;
  folder: string;
  schema: string;
  files: MigrationFile[];
  history: History;
  state: FullMigrationState;
}

/** Reads files and history under the lock, so that nobody changes the history in between. */
export async function withScene<T>(options: MigrateOptions, work: (scene: Scene) => Promise<T>): Promise<T> {
  const { folder = builtInMigrations, schema = 'public' } = options;
  const files = readMigrationFiles(folder);
  return withMigrationLock(options, async (connection) => {
    const history = await readHistory(connection, schema);
    const state = compareState(folder, files, history);
    return work({ connection, folder, schema, files, history, state });
  });
}

/** What the database has, held against the files. Reads only, and needs no lock. */
export async function migrationState(options: LookOptions): Promise<FullMigrationState> {
  return (await lookAt(options)).state;
}

export interface LookOptions extends DatabaseTarget {
  folder?: string | undefined;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
}

/** The scene without the lock and its connection. */
export async function lookAt(options: LookOptions): Promise<Omit<Scene, 'connection'>> {
  const { folder = builtInMigrations, schema = 'public' } = options;
  return withConnection(options, async (connection) => {
    const reading = readHistory(connection, schema);
    // It fails with the connection, where the files are at fault.
    reading.catch(() => {});
    // While the server looks it up.
    const files = readMigrationFiles(folder);
    const history = await reading;
    return { folder, schema, files, history, state: compareState(folder, files, history) };
  });
}

import type { Connection } from './connection.ts';
import { readHistory } from './history.ts';
import { builtInMigrations, type Look } from './look.ts';
import { readMigrationFiles } from './migration-file.ts';
import { type SessionOptions, withMigrationLock } from './session.ts';
import { compareState } from './state.ts';

declare const __VERSION__: string | undefined;
export const toolVersion = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';

export interface MigrateOptions extends SessionOptions {
  /** Default: the built-in migrations. */
  folder?: string | undefined;
}

/** All that an operation looks at before it acts. */
export interface Scene extends Look {
  connection: Connection;
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

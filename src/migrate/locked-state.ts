import type { Connection } from './connection.ts';
import { readHistory } from './history.ts';
import { readMigrationFiles } from './migration-file.ts';
import { describeOtherTools, findOtherTools, refuseOtherTools } from './other-tools.ts';
import type { LoadedMigrationState } from './read-state.ts';
import { type SessionOptions, withMigrationLock } from './session.ts';
import { compareState } from './state.ts';

export interface MigrateOptions extends SessionOptions {
  /** Folder of the migrations. */
  folder: string;
}

/** State of the migrations, read while the lock is held. */
export interface LockedMigrationState extends LoadedMigrationState {
  connection: Connection;
}

/**
 * Runs `work` with files and history read under the lock, so that the history cannot change in between. Rejects for a
 * database that another tool migrates, unless some of these migrations are already applied to it.
 */
export async function withLockedState<T>(
  options: MigrateOptions,
  work: (locked: LockedMigrationState) => Promise<T>,
): Promise<T> {
  const { folder, schema = 'public', onEvent } = options;
  const files = readMigrationFiles(folder);
  return withMigrationLock(options, async (connection) => {
    const history = await readHistory(connection, schema);
    const otherTools = await findOtherTools(connection);
    const loaded = {
      folder,
      schema,
      files,
      history,
      otherTools,
      state: compareState(folder, files, history),
    };
    refuseOtherTools(loaded);
    if (otherTools.length > 0) {
      onEvent?.({ type: 'notice', message: `this database is also ${describeOtherTools(otherTools)}` });
    }
    return work({ connection, ...loaded });
  });
}

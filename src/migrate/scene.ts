import type { Connection } from './connection.ts';
import { readHistory } from './history.ts';
import type { Look } from './look.ts';
import { readMigrationFiles } from './migration-file.ts';
import { describeOtherTools, findOtherTools, refuseOtherTools } from './other-tools.ts';
import { type SessionOptions, withMigrationLock } from './session.ts';
import { compareState } from './state.ts';

declare const __VERSION__: string | undefined;
export const toolVersion = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';

export interface MigrateOptions extends SessionOptions {
  /** Folder of the migrations. */
  folder: string;
}

/** All that an operation looks at before it acts. */
export interface Scene extends Look {
  connection: Connection;
}

/**
 * Reads files and history under the lock, so that nobody changes the history in between. A database that another tool
 * migrates is refused, unless some of these migrations are applied to it already.
 */
export async function withScene<T>(options: MigrateOptions, work: (scene: Scene) => Promise<T>): Promise<T> {
  const { folder, schema = 'public', onEvent } = options;
  const files = readMigrationFiles(folder);
  return withMigrationLock(options, async (connection) => {
    const history = await readHistory(connection, schema);
    const otherTools = await findOtherTools(connection);
    const look = { folder, schema, files, history, otherTools, state: compareState(folder, files, history) };
    refuseOtherTools(look);
    if (otherTools.length > 0) {
      onEvent?.({ type: 'notice', message: `this database is also ${describeOtherTools(otherTools)}` });
    }
    return work({ connection, ...look });
  });
}

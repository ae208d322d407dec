import path from 'node:path';
import { packageRoot } from '../base/package-root.ts';
import { withConnection } from './connection.ts';
import { type History, readHistory } from './history.ts';
import { type MigrationFile, readMigrationFiles } from './migration-file.ts';
import type { DatabaseTarget } from './session.ts';
import { compareState, type FullMigrationState } from './state.ts';

/** The migrations of the reference stack. */
export const builtInMigrations = path.join(packageRoot, 'migrations');

/** What the files say beside what the database remembers. */
export interface Look {
  folder: string;
  schema: string;
  files: MigrationFile[];
  history: History;
  state: FullMigrationState;
}

export interface LookOptions extends DatabaseTarget {
  /** Default: the built-in migrations. */
  folder?: string | undefined;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
}

/** Reads only, and takes no lock. */
export async function lookAt(options: LookOptions): Promise<Look> {
  const { folder = builtInMigrations, schema = 'public' } = options;
  const reading = whileTheServerAnswers(() => readMigrationFiles(folder));
  // Told where it is awaited; where there is no connection, that comes first.
  reading.catch(() => {});
  return withConnection(options, async (connection) => {
    const history = await readHistory(connection, schema);
    const files = await reading;
    return { folder, schema, files, history, state: compareState(folder, files, history) };
  });
}

/** Works once the call to the server has gone out: that takes a turn of the event loop. */
async function whileTheServerAnswers<T>(work: () => T): Promise<T> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  return work();
}

/** What the database has, held against the files. */
export async function migrationState(options: LookOptions): Promise<FullMigrationState> {
  return (await lookAt(options)).state;
}

import { withConnection } from './connection.ts';
import { type History, readHistory } from './history.ts';
import { type MigrationFile, readMigrationFiles } from './migration-file.ts';
import { findOtherTools, type OtherTool } from './other-tools.ts';
import type { DatabaseTarget } from './session.ts';
import { compareState, type FullMigrationState } from './state.ts';

/** State of the files and of the history. */
export interface LoadedMigrationState {
  folder: string;
  schema: string;
  files: MigrationFile[];
  history: History;
  state: FullMigrationState;
  /** Other migration tools whose history is in the database. */
  otherTools: OtherTool[];
}

export interface ReadStateOptions extends DatabaseTarget {
  /** Folder of the migrations. */
  folder: string;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** Time limit for a response. */
  silenceMs?: number;
}

/** Reads the state without a lock. */
export async function readMigrationState(options: ReadStateOptions): Promise<LoadedMigrationState> {
  const { folder, schema = 'public' } = options;
  const reading = afterRequestWasSent(() => readMigrationFiles(folder));
  // The rejection is reported where it is awaited; a failed connection is reported first.
  reading.catch(() => {});
  return withConnection(options, async (connection) => {
    const history = await readHistory(connection, schema);
    const otherTools = await findOtherTools(connection);
    const files = await reading;
    return { folder, schema, files, history, otherTools, state: compareState(folder, files, history) };
  });
}

/** Runs `work` after the call to the server was sent, which takes a turn of the event loop. */
async function afterRequestWasSent<T>(work: () => T): Promise<T> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  return work();
}

/** Returns the history of the database, compared with the files. */
export async function migrationState(options: ReadStateOptions): Promise<FullMigrationState> {
  return (await readMigrationState(options)).state;
}

/** Resolves to the other tools that have migrated a database. Writes nothing. */
export async function otherToolsOf(options: Omit<ReadStateOptions, 'folder'>): Promise<OtherTool[]> {
  return withConnection(options, findOtherTools);
}

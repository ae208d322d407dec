import { withConnection } from './connection.ts';
import { type History, readHistory } from './history.ts';
import { type MigrationFile, readMigrationFiles } from './migration-file.ts';
import { findOtherTools, type OtherTool } from './other-tools.ts';
import type { DatabaseTarget } from './session.ts';
import { compareState, type FullMigrationState } from './state.ts';

/** What the files say beside what the database remembers. */
export interface Look {
  folder: string;
  schema: string;
  files: MigrationFile[];
  history: History;
  state: FullMigrationState;
  /** Other migration tools whose history is in the database. */
  otherTools: OtherTool[];
}

export interface LookOptions extends DatabaseTarget {
  /** Folder of the migrations. */
  folder: string;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** Longest time without an answer. */
  silenceMs?: number;
}

/** Reads only, and takes no lock. */
export async function lookAt(options: LookOptions): Promise<Look> {
  const { folder, schema = 'public' } = options;
  const reading = whileTheServerAnswers(() => readMigrationFiles(folder));
  // Told where it is awaited; where there is no connection, that comes first.
  reading.catch(() => {});
  return withConnection(options, async (connection) => {
    const history = await readHistory(connection, schema);
    const otherTools = await findOtherTools(connection);
    const files = await reading;
    return { folder, schema, files, history, otherTools, state: compareState(folder, files, history) };
  });
}

/** Works once the call to the server has gone out: that takes a turn of the event loop. */
async function whileTheServerAnswers<T>(work: () => T): Promise<T> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  return work();
}

/** Returns what the database has, compared with the files. */
export async function migrationState(options: LookOptions): Promise<FullMigrationState> {
  return (await lookAt(options)).state;
}

/** Resolves to the other tools that have migrated a database. Reads only. */
export async function otherToolsOf(options: Omit<LookOptions, 'folder'>): Promise<OtherTool[]> {
  return withConnection(options, findOtherTools);
}

import { toolVersion } from '../base/version.ts';
import { applyMigrations, type Ran } from './apply.ts';
import { inTransaction } from './database.ts';
import { keepExpectedSchema } from './expected-schema.ts';
import { refuseForeignHistory } from './foreign-history.ts';
import { adopt } from './history-record.ts';
import { createHistoryTables } from './history-tables.ts';
import { loadMigrations } from './load.ts';
import { refuseBrokenLockFile } from './lock-file.ts';
import { type LockedMigrationState, type MigrateOptions, withLockedState } from './locked-state.ts';
import { type Reach, reachUp } from './reach.ts';
import { refuseBrokenHistory } from './state.ts';
import { writingHistory } from './writing-history.ts';

export interface MigrateOutcome {
  folder: string;
  ran: Ran[];
  /** Newest applied migration after the run. */
  head: string | undefined;
}

/** Applies the pending migrations in `reach` (default: all). Idempotent. Rejects if the lock file cannot be read. */
export async function migrateUp(options: MigrateOptions, reach: Reach = {}): Promise<MigrateOutcome> {
  refuseBrokenLockFile(options.folder);
  return withLockedState(options, async (locked) => {
    const { connection, folder, schema, files, history, state } = locked;
    await refuseForeignHistory(
      connection,
      schema,
      files.map(({ name }) => name),
    );
    refuseBrokenHistory(state);
    const wanted = reachUp(files, state, reach);
    const unverified = state.migrations.filter((each) => each.unverified).map(({ name }) => name);
    if (wanted.length === 0 && unverified.length === 0)
      return { folder, ran: [], head: state.applied.at(-1) };
    // The server reads its catalogue while the files are loaded here.
    const [onGroup, migrations] = await Promise.all([keepExpectedSchema(locked), loadMigrations(wanted)]);
    const prepare = () =>
      writingHistory(async () => {
        const removeTables = await createHistoryTables(connection, schema);
        await adoptForeign(locked, unverified);
        return removeTables;
      });
    if (migrations.length === 0) await inTransaction(connection, prepare);
    for (const name of state.unfinished) {
      options.onEvent?.({
        type: 'notice',
        message: `${name} was started before and did not finish; it starts again`,
      });
    }
    const { up: ran } = await applyMigrations(connection, {
      schema,
      toolVersion,
      steps: migrations.map((migration) => ({ direction: 'up', migration })),
      lastTimestamp: history.applied.at(-1)?.timestamp,
      onEvent: options.onEvent,
      prepare,
      onGroup,
    });
    if (unverified.length > 0) {
      options.onEvent?.({
        type: 'notice',
        message: `applied by another Kysely tool, their checksums are recorded from now on: ${unverified.join(', ')}`,
      });
    }
    return { folder, ran, head: ran.at(-1)?.name ?? state.applied.at(-1) };
  });
}

/** Records the checksums of migrations that another Kysely tool applied. */
async function adoptForeign(
  { connection, schema, files, history }: LockedMigrationState,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await adopt(
    connection,
    schema,
    names.map((name) => ({
      name,
      checksum: files.find((file) => file.name === name)!.checksum,
      timestamp: history.applied.find((entry) => entry.name === name)!.timestamp,
      toolVersion,
    })),
  );
}

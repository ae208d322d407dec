import { toolVersion } from '../base/version.ts';
import { applyMigrations, type Ran } from './apply.ts';
import { inTransaction } from './database.ts';
import { keepExpectedSchema } from './expected-schema.ts';
import { adopt } from './history-record.ts';
import { createHistoryTables } from './history-tables.ts';
import { loadMigrations } from './load.ts';
import type { LockedMigrationState } from './locked-state.ts';
import { type MigrationFile, recordedChecksum } from './migration-file.ts';
import type { SessionOptions } from './session.ts';
import { writingHistory } from './writing-history.ts';

export interface Pending {
  /** Files to apply, in their order. */
  wanted: readonly MigrationFile[];
  /** Names of migrations that another Kysely tool applied and whose checksums are not recorded. */
  unverified: readonly string[];
}

/** Applies migrations and records those that another Kysely tool applied. Resolves to what ran. */
export async function applyPending(
  locked: LockedMigrationState,
  { wanted, unverified }: Pending,
  onEvent: SessionOptions['onEvent'],
): Promise<Ran[]> {
  const { connection, schema, history, state } = locked;
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
    onEvent?.({
      type: 'notice',
      message: `${name} was started before and did not finish; it starts again`,
    });
  }
  const { up } = await applyMigrations(connection, {
    schema,
    toolVersion,
    steps: migrations.map((migration) => ({ direction: 'up', migration })),
    lastTimestamp: history.applied.at(-1)?.timestamp,
    onEvent,
    prepare,
    onGroup,
  });
  return up;
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
      checksum: recordedChecksum(files.find((file) => file.name === name)!),
      timestamp: history.applied.find((entry) => entry.name === name)!.timestamp,
      toolVersion,
    })),
  );
}

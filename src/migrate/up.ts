import { applyMigrations, type Ran } from './apply.ts';
import { inTransaction } from './database.ts';
import { keepExpectedSchema } from './expected-schema.ts';
import { refuseForeignHistory } from './foreign-history.ts';
import { adopt } from './history-record.ts';
import { createHistoryTables } from './history-tables.ts';
import { loadMigrations } from './load.ts';
import { refuseBrokenLockFile } from './lock-file.ts';
import { type Reach, reachUp } from './reach.ts';
import { type MigrateOptions, type Scene, toolVersion, withScene } from './scene.ts';
import { refuseBrokenHistory } from './state.ts';
import { writingHistory } from './writing-history.ts';

export interface MigrateOutcome {
  folder: string;
  ran: Ran[];
  /** The newest migration that the database has afterwards. */
  head: string | undefined;
}

/** Applies what is pending, as far as `reach` says; all of it by default. Idempotent. A lock file that cannot be read stops it. */
export async function migrateUp(options: MigrateOptions, reach: Reach = {}): Promise<MigrateOutcome> {
  refuseBrokenLockFile(options.folder);
  return withScene(options, async (scene) => {
    const { connection, folder, schema, files, history, state } = scene;
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
    // The server looks at its catalogue while the files are loaded here.
    const [onGroup, migrations] = await Promise.all([keepExpectedSchema(scene), loadMigrations(wanted)]);
    const prepare = () =>
      writingHistory(async () => {
        const removeTables = await createHistoryTables(connection, schema);
        await adoptForeign(scene, unverified);
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

/** What another Kysely tool applied has no checksum: from now on it has the one of its file. */
async function adoptForeign(
  { connection, schema, files, history }: Scene,
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

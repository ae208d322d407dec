import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { applyMigrations, type Ran } from './apply.ts';
import {
  adopt,
  createHistoryTables,
  readExpectedSchema,
  refuseForeignHistory,
  writeExpectedSchema,
} from './history.ts';
import { loadMigrations } from './load.ts';
import { type Reach, reachUp } from './reach.ts';
import { type MigrateOptions, type Scene, toolVersion, withScene } from './scene.ts';
import { carryForward } from './schema-diff.ts';
import { readSchemaLines } from './schema-lines.ts';
import { refuseBrokenHistory } from './state.ts';

export interface MigrateOutcome {
  folder: string;
  ran: Ran[];
  /** The newest migration that the database has afterwards. */
  head: string | undefined;
}

/** Applies what is pending, as far as `reach` says; all of it by default. Idempotent. */
export async function migrateUp(options: MigrateOptions, reach: Reach = {}): Promise<MigrateOutcome> {
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
    const [onGroup, migrations] = await Promise.all([
      schemaKeeper(scene, (names) => names.at(-1)),
      loadMigrations(wanted),
    ]);
    await writingHistory(() => createHistoryTables(connection, schema));
    await adoptForeign(scene, options, unverified);
    for (const name of state.unfinished) {
      options.onEvent?.({
        type: 'notice',
        message: `${name} was started before and did not finish; it starts again`,
      });
    }
    const ran = await applyMigrations(connection, {
      schema,
      toolVersion,
      direction: 'up',
      migrations,
      lastTimestamp: history.applied.at(-1)?.timestamp,
      onEvent: options.onEvent,
      onGroup,
    });
    return { folder, ran, head: ran.at(-1)?.name ?? state.applied.at(-1) };
  });
}

/** What another Kysely tool applied has no checksum: from now on it has the one of its file. */
async function adoptForeign(
  { connection, schema, files, history }: Scene,
  { onEvent }: MigrateOptions,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await writingHistory(() =>
    adopt(
      connection,
      schema,
      names.map((name) => ({
        name,
        checksum: files.find((file) => file.name === name)!.checksum,
        timestamp: history.applied.find((entry) => entry.name === name)!.timestamp,
        toolVersion,
      })),
    ),
  );
  onEvent?.({
    type: 'notice',
    message: `applied by another Kysely tool, their checksums are recorded from now on: ${names.join(', ')}`,
  });
}

/** Keeps the expected schema in step with the migrations: drift is what deviates from it. */
export async function schemaKeeper(
  { connection, schema, state }: Scene,
  headAfter: (ran: readonly string[]) => string | undefined,
): Promise<(ran: readonly string[]) => Promise<void>> {
  let before = await readSchemaLines(connection);
  const known = await readExpectedSchema(connection, schema);
  let expected = known?.head === state.applied.at(-1) && known ? known.lines : before;
  return async (ran) => {
    const after = await readSchemaLines(connection);
    expected = carryForward(expected, before, after);
    before = after;
    await writeExpectedSchema(connection, schema, { head: headAfter(ran), lines: expected });
  };
}

/** The first write of a run: a database that takes none says so here. */
export async function writingHistory<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const sqlState = codeOf(error);
    const known: Record<string, [code: string, hint: string]> = {
      '25006': ['database-read-only', 'is it a replica, or is default_transaction_read_only on?'],
      '53100': ['disk-full', 'make room on the disk of the database'],
      '42501': ['database-refused', 'migrate as the owner of the schema: grant create on schema … to …'],
    };
    const [code, hint] = known[sqlState ?? ''] ?? [];
    if (!code || !hint) throw error;
    throw new Fault({
      code,
      message: `the history of the migrations cannot be written: ${messageOf(error)} (${sqlState})`,
      hint,
      exitCode: ExitCode.unavailable,
      cause: error,
    });
  }
}

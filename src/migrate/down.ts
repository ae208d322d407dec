import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { toolVersion } from '../base/version.ts';
import { applyMigrations } from './apply.ts';
import { headAfter, keepExpectedSchema } from './expected-schema.ts';
import { createHistoryTables } from './history-tables.ts';
import { loadMigrations, type Migration, type Step } from './load.ts';
import { type LockedMigrationState, type MigrateOptions, withLockedState } from './locked-state.ts';
import { type Reach, reachDown } from './reach.ts';
import { refuseBrokenHistory } from './state.ts';
import type { MigrateOutcome } from './up.ts';
import { writingHistory } from './writing-history.ts';

/** Rolls back the last migration, or the ones in `reach`. */
export async function migrateDown(options: MigrateOptions, reach: Reach = {}): Promise<MigrateOutcome> {
  return withLockedState(options, async (locked) => {
    const names = reachDown(locked.state, reach);
    for (const name of names.filter((each) => locked.state.edited.includes(each))) {
      options.onEvent?.({
        type: 'notice',
        message: `${name} was edited since it was applied: its down may not fit`,
      });
    }
    return (await rollBack(locked, options, names)).down;
  });
}

/**
 * Rolls back and reapplies the newest migration, or the last `steps`, for migrations under development. One batch: a
 * failure restores the previous state. Rejects if the history deviates otherwise.
 */
export async function redo(
  options: MigrateOptions,
  reach: Pick<Reach, 'steps'> = {},
): Promise<{ down: MigrateOutcome; up: MigrateOutcome }> {
  return withLockedState(options, (locked) => {
    const { state } = locked;
    const names = reachDown(state, reach);
    const edited = state.edited.filter((name) => !names.includes(name));
    refuseBrokenHistory({ ...state, edited });
    return rollBack(locked, options, names, { again: true });
  });
}

/** Returns the down steps, newest first; with `again` followed by the up steps, oldest first. */
async function rollBack(
  locked: LockedMigrationState,
  { onEvent }: MigrateOptions,
  names: readonly string[],
  { again = false } = {},
): Promise<{ down: MigrateOutcome; up: MigrateOutcome }> {
  const { connection, folder, schema, files, state, history } = locked;
  const outcome = (ran: MigrateOutcome['ran'], head: string | undefined) => ({ folder, ran, head });
  const { applied } = state;
  if (names.length === 0) return { down: outcome([], applied.at(-1)), up: outcome([], applied.at(-1)) };
  const missing = names.filter((name) => !files.some((file) => file.name === name));
  if (missing.length > 0) {
    throw new Fault({
      code: 'migration-history',
      message: `cannot be rolled back, its file is missing: ${missing.join(', ')}`,
      details: missing.map((name) => `applied, and its file is missing: ${name}`),
      hint: `bring the file back into ${folder}`,
      exitCode: ExitCode.config,
    });
  }
  const migrations = await loadMigrations(names.map((name) => files.find((file) => file.name === name)!));
  refuseWithoutDown(migrations);
  const down = migrations.map((migration): Step => ({ direction: 'down', migration }));
  const up = again ? migrations.toReversed().map((migration): Step => ({ direction: 'up', migration })) : [];
  const ran = await applyMigrations(connection, {
    schema,
    toolVersion,
    steps: [...down, ...up],
    lastTimestamp: history.applied.at(-1)?.timestamp,
    onEvent,
    prepare: () => writingHistory(() => createHistoryTables(connection, schema)),
    onGroup: await keepExpectedSchema(locked),
  });
  return {
    down: outcome(ran.down, headAfter(applied, down)),
    up: outcome(ran.up, headAfter(applied, [...down, ...up])),
  };
}

function refuseWithoutDown(migrations: readonly Migration[]): void {
  const without = migrations.filter(({ down }) => !down);
  if (without.length === 0) return;
  throw new Fault({
    code: 'migration-invalid',
    message: `cannot be rolled back, it exports no down: ${without.map(({ name }) => name).join(', ')}`,
    details: without.map(({ path }) => path),
    hint: 'write its down; or migrate forward with a new one',
    exitCode: ExitCode.config,
  });
}

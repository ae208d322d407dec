import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { applyMigrations } from './apply.ts';
import { createHistoryTables } from './history.ts';
import { loadMigrations, type Migration } from './load.ts';
import { type Reach, reachDown } from './reach.ts';
import { type MigrateOptions, type Scene, toolVersion, withScene } from './scene.ts';
import { type MigrateOutcome, migrateUp, schemaKeeper, writingHistory } from './up.ts';

/** Rolls back: the last one, or as far as `reach` says. */
export async function migrateDown(options: MigrateOptions, reach: Reach = {}): Promise<MigrateOutcome> {
  return withScene(options, (scene) => rollBack(scene, options, reach));
}

/**
 * Rolls back and applies again, for one that is still being written: the newest, or the last `steps`. Everything else
 * has to be in order first, so that it does not end half-way.
 */
export async function redo(
  options: MigrateOptions,
  reach: Pick<Reach, 'steps'> = {},
): Promise<{ down: MigrateOutcome; up: MigrateOutcome }> {
  const down = await migrateDown(options, reach);
  const to = down.ran[0]?.name;
  return { down, up: to === undefined ? { ...down, ran: [] } : await migrateUp(options, { to }) };
}

async function rollBack(scene: Scene, options: MigrateOptions, reach: Reach): Promise<MigrateOutcome> {
  const { connection, folder, schema, files, state } = scene;
  const names = reachDown(state, reach);
  if (names.length === 0) return { folder, ran: [], head: state.applied.at(-1) };
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
  for (const name of names.filter((each) => state.edited.includes(each))) {
    options.onEvent?.({
      type: 'notice',
      message: `${name} was edited since it was applied: its down may not fit`,
    });
  }
  const migrations = await loadMigrations(names.map((name) => files.find((file) => file.name === name)!));
  refuseWithoutDown(migrations);
  await writingHistory(() => createHistoryTables(connection, schema));
  const headAfter = (ran: readonly string[]) => state.applied.filter((name) => !ran.includes(name)).at(-1);
  const ran = await applyMigrations(connection, {
    schema,
    toolVersion,
    direction: 'down',
    migrations,
    lastTimestamp: undefined,
    onEvent: options.onEvent,
    onGroup: await schemaKeeper(scene, headAfter),
  });
  return { folder, ran, head: headAfter(ran.map(({ name }) => name)) };
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

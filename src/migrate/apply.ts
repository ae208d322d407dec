import { isDeepStrictEqual } from 'node:util';
import type { Kysely } from 'kysely';
import { Fault } from '../base/errors.ts';
import { BatchError, explained } from './batch-failure.ts';
import type { Connection } from './connection.ts';
import { inTransaction, kyselyOn } from './database.ts';
import { type Applied, forget, recordApplied, recordStarted } from './history-record.ts';
import type { RemoveHistoryTables } from './history-tables.ts';
import { findInvalidIndexes } from './invalid-indexes.ts';
import type { Step } from './load.ts';
import { recordedChecksum } from './migration-file.ts';
import { readSchemaLines } from './schema-lines.ts';
import type { MigrateEvent } from './session.ts';
import { LeftTransaction, refuseBrokenTransaction } from './transaction-guard.ts';

export interface ApplyOptions {
  schema: string;
  toolVersion: string;
  /** Steps in the order in which they run; a migration that is redone runs its down first. */
  steps: readonly Step[];
  /** Time of the newest row of the history; new rows get a later time, even if the clock went back. */
  lastTimestamp: string | undefined;
  onEvent?: ((event: MigrateEvent) => void) | undefined;
  /** Called before the first migration, inside its transaction where it has one. */
  prepare(): Promise<RemoveHistoryTables>;
  /** Called after each group, inside its transaction, with all steps so far. */
  onGroup?: (done: readonly Step[]) => Promise<void>;
  now?: () => number;
}

export interface Ran {
  name: string;
  durationMs: number;
}

interface Done extends Step {
  durationMs: number;
}

/**
 * Runs the steps: adjacent steps with a transaction share one, all or nothing; a step with `noTransaction` runs alone.
 * Resolves to the steps that ran, by direction. Rejects with a Fault that reports what was rolled back and what remains.
 */
export async function applyMigrations(
  connection: Connection,
  options: ApplyOptions,
): Promise<Record<Step['direction'], Ran[]>> {
  const done: Done[] = [];
  const ran = (direction: Step['direction']) =>
    done
      .filter((step) => step.direction === direction)
      .map(({ migration: { name }, durationMs }) => ({ name, durationMs }));
  const history = new HistoryKeeper(connection, options, done);
  for (const [index, group] of groupsOf(options.steps).entries()) {
    const prepare = index === 0 ? options.prepare : undefined;
    const run = { connection, options, history, prepare };
    try {
      done.push(
        ...(group[0]!.migration.noTransaction
          ? [await runAlone(run, group[0]!)]
          : await runTogether(run, group)),
      );
    } catch (error) {
      throw explained(error, done, connection);
    }
  }
  return { up: ran('up'), down: ran('down') };
}

function groupsOf(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last && !last[0]!.migration.noTransaction && !step.migration.noTransaction) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

interface GroupRun {
  connection: Connection;
  options: ApplyOptions;
  history: HistoryKeeper;
  /** Set for the first group only. */
  prepare: ApplyOptions['prepare'] | undefined;
}

async function runTogether(
  { connection, options, history, prepare }: GroupRun,
  group: readonly Step[],
): Promise<Done[]> {
  const done: Done[] = [];
  let current = group[0]!;
  let committing = false;
  let removeTables: RemoveHistoryTables | undefined;
  try {
    await kyselyOn(connection)
      .transaction()
      .execute(async (transaction) => {
        removeTables = await prepare?.();
        for (const step of group) {
          current = step;
          const durationMs = await runOne(transaction, options, step);
          await refuseBrokenTransaction(connection);
          done.push({ ...step, durationMs });
        }
        await history.record(done);
        committing = true;
      });
  } catch (error) {
    if (error instanceof Fault) throw error;
    const failed = current.migration.name;
    if (committing && connection.lost()) {
      throw new BatchError(error, {
        failed,
        takenBack: [],
        note: 'the connection was lost during COMMIT: all of the batch is applied, or nothing; meatymusic migrate status shows which',
      });
    }
    // After a COMMIT by the migration this rolls back nothing, which is reported.
    const left = error instanceof LeftTransaction;
    if (left && removeTables) await removeUnused(connection, removeTables);
    throw new BatchError(error, {
      failed,
      takenBack: left ? [] : group.slice(0, group.indexOf(current) + 1),
      ...(left
        ? { note: 'it ended the batch’s transaction itself: what ran before may be in the database' }
        : {}),
    });
  }
  return done;
}

async function runAlone({ connection, options, history, prepare }: GroupRun, step: Step): Promise<Done> {
  const { schema, toolVersion } = options;
  const { name } = step.migration;
  const before = prepare && (await readSchemaLines(connection));
  const removeTables = await inTransaction(connection, async () => {
    const remove = await prepare?.();
    if (step.direction === 'up')
      await recordStarted(connection, schema, {
        name,
        checksum: recordedChecksum(step.migration),
        toolVersion,
      });
    return remove;
  });
  let durationMs: number;
  try {
    durationMs = await runOne(kyselyOn(connection), options, step);
    if (step.direction === 'up') await refuseInvalidIndexes(connection, step.migration);
  } catch (error) {
    if (before && removeTables) await removeUnused(connection, removeTables, before);
    throw new BatchError(error, {
      failed: name,
      takenBack: [],
      note: 'it runs without a transaction: a part of it may be in the database; the next run starts it again',
    });
  }
  const done = { ...step, durationMs };
  await history.record([done]);
  return done;
}

/** Throws for an index of the migration that is not valid: `if not exists` keeps the one that a failed run left. */
async function refuseInvalidIndexes(connection: Connection, { source }: Step['migration']): Promise<void> {
  const words = new Set(source.match(/[\p{L}\p{N}_$]+/gu));
  const own = (await findInvalidIndexes(connection)).filter(({ name }) => words.has(name));
  if (own.length === 0) return;
  const each = own.map(({ what, repair }) => `${what} is not valid (${repair}, or drop it)`);
  throw new Error(`a run that failed left it behind: ${each.join('; ')}`);
}

/**
 * Removes the history tables after a failed first migration. With `before`, the objects that the schema had before: keeps
 * the tables if the migration left objects behind, which `migrate status` then shows as unfinished.
 */
async function removeUnused(
  connection: Connection,
  removeTables: RemoveHistoryTables,
  before?: readonly string[],
): Promise<void> {
  if (connection.lost() || connection.client.getTransactionStatus() !== 'I') return;
  await inTransaction(connection, async () => {
    await removeTables();
    if (before && !isDeepStrictEqual(before, await readSchemaLines(connection)))
      throw new Error('the migration left something behind');
  }).catch(() => {
    // The tables remain; the failure of the migration is reported.
  });
}

async function runOne(
  db: Kysely<unknown>,
  { onEvent }: ApplyOptions,
  { direction, migration }: Step,
): Promise<number> {
  const { name } = migration;
  onEvent?.({ type: 'start', name, direction });
  const startedAt = performance.now();
  await (direction === 'up' ? migration.up(db) : migration.down!(db));
  const durationMs = performance.now() - startedAt;
  onEvent?.({ type: 'done', name, direction, durationMs });
  return durationMs;
}

/** Records the steps of a group, within its transaction. */
class HistoryKeeper {
  readonly #connection: Connection;
  readonly #options: ApplyOptions;
  readonly #before: readonly Step[];
  readonly #nextTimestamp: () => string;

  constructor(connection: Connection, options: ApplyOptions, before: readonly Step[]) {
    this.#connection = connection;
    this.#options = options;
    this.#before = before;
    this.#nextTimestamp = monotonicTimestamps(options.lastTimestamp, options.now ?? Date.now);
  }

  async record(done: readonly Done[]): Promise<void> {
    const { schema, toolVersion, onGroup } = this.#options;
    const gone = done.filter(({ direction }) => direction === 'down').map(({ migration }) => migration.name);
    const applied = done
      .filter(({ direction }) => direction === 'up')
      .map(({ migration, durationMs }): Applied => {
        const checksum = recordedChecksum(migration);
        return { name: migration.name, checksum, durationMs, timestamp: this.#nextTimestamp(), toolVersion };
      });
    if (gone.length > 0) await forget(this.#connection, schema, gone);
    if (applied.length > 0) await recordApplied(this.#connection, schema, applied);
    await onGroup?.([...this.#before, ...done]);
  }
}

/** Returns a time after the previous one: Kysely orders by time and rejects equal or decreasing times as corrupted. */
function monotonicTimestamps(last: string | undefined, now: () => number): () => string {
  let lastMs = last === undefined ? 0 : Date.parse(last) || 0;
  return () => {
    lastMs = Math.max(now(), lastMs + 1);
    return new Date(lastMs).toISOString();
  };
}

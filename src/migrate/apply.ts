import type { Kysely } from 'kysely';
import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import type { Connection } from './connection.ts';
import { kyselyOn } from './database.ts';
import { type Applied, forget, recordApplied, recordStarted } from './history.ts';
import type { Migration } from './load.ts';
import type { MigrateEvent } from './session.ts';

export interface ApplyOptions {
  schema: string;
  toolVersion: string;
  direction: 'up' | 'down';
  /** In the order in which they run. */
  migrations: readonly Migration[];
  /** Of the newest row of the history; new ones come behind it, whatever the clock says. */
  lastTimestamp: string | undefined;
  onEvent?: ((event: MigrateEvent) => void) | undefined;
  /** Called behind each group, inside its transaction, with what has run so far. */
  onGroup?: (ran: readonly string[]) => Promise<void>;
  now?: () => number;
}

export interface Ran {
  name: string;
  durationMs: number;
}

/** A migration failed. What was rolled back with it is in the details. */
export class MigrationFailure extends Fault {}

/**
 * Runs them: neighbours that have a transaction share one, all or nothing; one that has `noTransaction` runs alone.
 * Resolves to what ran. Rejects with a Fault that says what was rolled back and what stays.
 */
export async function applyMigrations(connection: Connection, options: ApplyOptions): Promise<Ran[]> {
  const kept: Ran[] = [];
  const nextTimestamp = monotonicTimestamps(options.lastTimestamp, options.now ?? Date.now);
  for (const group of groupsOf(options.migrations)) {
    try {
      const before = kept.map(({ name }) => name);
      const onGroup = async (ran: readonly string[]) => options.onGroup?.([...before, ...ran]);
      const scoped = { ...options, onGroup };
      kept.push(
        ...(group[0]!.noTransaction
          ? await runAlone(connection, scoped, group[0]!, nextTimestamp)
          : await runTogether(connection, scoped, group, nextTimestamp)),
      );
    } catch (error) {
      throw explained(error, kept, connection);
    }
  }
  return kept;
}

/** Kysely orders by time: two in one millisecond, or a clock that went back, and it calls the history corrupted. */
function monotonicTimestamps(last: string | undefined, now: () => number): () => string {
  let lastMs = last === undefined ? 0 : Date.parse(last) || 0;
  return () => {
    lastMs = Math.max(now(), lastMs + 1);
    return new Date(lastMs).toISOString();
  };
}

function groupsOf(migrations: readonly Migration[]): Migration[][] {
  const groups: Migration[][] = [];
  for (const migration of migrations) {
    const last = groups.at(-1);
    if (last && !last[0]!.noTransaction && !migration.noTransaction) last.push(migration);
    else groups.push([migration]);
  }
  return groups;
}

async function runTogether(
  connection: Connection,
  options: ApplyOptions,
  group: readonly Migration[],
  nextTimestamp: () => string,
): Promise<Ran[]> {
  const { schema, toolVersion, direction } = options;
  const applied: Applied[] = [];
  let current = group[0]!;
  let committing = false;
  try {
    await kyselyOn(connection)
      .transaction()
      .execute(async (transaction) => {
        for (const migration of group) {
          current = migration;
          const durationMs = await runOne(transaction, options, migration);
          await refuseBrokenTransaction(connection);
          applied.push({
            name: migration.name,
            checksum: migration.checksum,
            durationMs,
            timestamp: nextTimestamp(),
            toolVersion,
          });
        }
        const names = applied.map(({ name }) => name);
        if (direction === 'up') await recordApplied(connection, schema, applied);
        else await forget(connection, schema, names);
        await options.onGroup?.(names);
        committing = true;
      });
  } catch (error) {
    if (committing && connection.lost()) {
      throw new BatchError(error, {
        failed: current.name,
        rolledBack: [],
        transactional: false,
        note: 'the connection was lost during COMMIT: all of the batch is applied, or nothing; meatymusic migrate status tells which',
      });
    }
    // After its own COMMIT this rolls back nothing, and that is said.
    const left = error instanceof LeftTransaction;
    throw new BatchError(error, {
      failed: current.name,
      rolledBack: left ? [] : applied.map(({ name }) => name),
      ...(left
        ? { note: 'it ended the batch’s transaction itself: what ran before may be in the database' }
        : {}),
      transactional: !left,
    });
  }
  return applied.map(({ name, durationMs }) => ({ name, durationMs }));
}

async function runAlone(
  connection: Connection,
  options: ApplyOptions,
  migration: Migration,
  nextTimestamp: () => string,
): Promise<Ran[]> {
  const { schema, toolVersion, direction } = options;
  const { name, checksum } = migration;
  if (direction === 'up') await recordStarted(connection, schema, { name, checksum, toolVersion });
  let durationMs: number;
  try {
    durationMs = await runOne(kyselyOn(connection), options, migration);
  } catch (error) {
    throw new BatchError(error, {
      failed: name,
      rolledBack: [],
      transactional: false,
      note: 'it runs without a transaction: a part of it may be in the database; the next run starts it again',
    });
  }
  if (direction === 'up') {
    await recordApplied(connection, schema, [
      { name, checksum, durationMs, timestamp: nextTimestamp(), toolVersion },
    ]);
  } else await forget(connection, schema, [name]);
  await options.onGroup?.([name]);
  return [{ name, durationMs }];
}

async function runOne(
  db: Kysely<unknown>,
  { direction, onEvent }: ApplyOptions,
  migration: Migration,
): Promise<number> {
  const { name } = migration;
  onEvent?.({ type: 'start', name, direction });
  const startedAt = performance.now();
  await (direction === 'up' ? migration.up(db) : migration.down!(db));
  const durationMs = performance.now() - startedAt;
  onEvent?.({ type: 'done', name, direction, durationMs });
  return durationMs;
}

class LeftTransaction extends Error {
  readonly code = 'left-transaction';
}

/** A migration that catches a failed statement, or commits by itself, would take the batch with it. */
async function refuseBrokenTransaction({ client, lost }: Connection): Promise<void> {
  if (!lost()) await idle(client);
  const status = client.getTransactionStatus();
  if (status === 'E') throw new Error('a statement of it failed, and it went on as if nothing had happened');
  if (status === 'I') throw new LeftTransaction('it ended the transaction of the batch (COMMIT or ROLLBACK)');
}

/** A statement is told to have failed before the server says what that did to the transaction; and not all are awaited. */
async function idle(client: Connection['client']): Promise<void> {
  if ((client as unknown as { readyForQuery: boolean }).readyForQuery) return;
  await new Promise<void>((resolve) => {
    client.once('drain', resolve);
    client.once('end', resolve);
  });
}

interface BatchOutcome {
  failed: string;
  /** Ran before it in the same transaction. */
  rolledBack: string[];
  transactional: boolean;
  note?: string;
}

class BatchError extends Error {
  readonly outcome: BatchOutcome;

  constructor(cause: unknown, outcome: BatchOutcome) {
    super(messageOf(cause), { cause });
    this.outcome = outcome;
  }
}

function explained(error: unknown, kept: readonly Ran[], connection: Connection): unknown {
  if (!(error instanceof BatchError)) return error;
  const { failed, rolledBack, transactional, note } = error.outcome;
  const sqlState = codeOf(error.cause);
  const [code, exitCode, hint] = kindOf(sqlState, connection.lost());
  const { detail, where } = (error.cause ?? {}) as { detail?: unknown; where?: unknown };
  return new MigrationFailure({
    code,
    message: `${failed}: ${safeLine(error.message)}${sqlState ? ` (${sqlState})` : ''}`,
    details: [
      ...(typeof detail === 'string' ? [`detail: ${safeLine(detail)}`] : []),
      ...(typeof where === 'string' ? [`where: ${safeLine(where)}`] : []),
      ...(transactional ? [`rolled back: ${[...rolledBack, failed].join(', ')}`] : []),
      ...(note ? [note] : []),
      ...(kept.length > 0 ? [`stays applied: ${kept.map(({ name }) => name).join(', ')}`] : []),
    ],
    hint,
    exitCode,
    cause: error.cause,
  });
}

function kindOf(
  sqlState: string | undefined,
  lost: boolean,
): [code: string, exitCode: ExitCode, hint: string] {
  if (sqlState === '25006') {
    return [
      'database-read-only',
      ExitCode.unavailable,
      'is it a replica, or default_transaction_read_only on?',
    ];
  }
  if (sqlState === '53100')
    return ['disk-full', ExitCode.unavailable, 'make room on the disk of the database'];
  if (lost || (sqlState && /^(08|57P0|53)/.test(sqlState))) {
    return ['database-lost', ExitCode.unavailable, 'see the log of the database: meatymusic logs postgres'];
  }
  return ['migration-failed', ExitCode.checkFailed, 'mend the migration and run meatymusic migrate up again'];
}

import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { Connection } from './connection.ts';
import { compareNames } from './migration-file.ts';

/**
 * What the database remembers. Kysely's own tables hold name and time, so that every Kysely tool can read them; ours,
 * `meatymusic_migration`, holds what Kysely does not keep.
 */
export interface HistoryEntry {
  name: string;
  /** ISO 8601, as Kysely writes it; strictly increasing in the order of application. */
  timestamp: string;
  /** Absent: another Kysely tool applied it. */
  checksum?: string;
  durationMs?: number;
  toolVersion?: string;
  acceptedReason?: string;
}

/** Rows of ours that have no row of Kysely's. */
export interface Note {
  name: string;
  checksum: string;
  /** It was started outside a transaction and has not finished. */
  startedAt?: string;
  /** It may run out of order. */
  acceptedReason?: string;
}

export interface History {
  applied: HistoryEntry[];
  notes: Note[];
}

export const ourTable = 'meatymusic_migration';
const schemaTable = 'meatymusic_schema';
export const historyTables = ['kysely_migration', 'kysely_migration_lock', ourTable, schemaTable];

/** Marks the checksum of a migration whose file was deliberately removed. */
export const removedChecksum = 'removed';

const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`;

/** One round trip where the tables exist; an empty history where they do not. */
export async function readHistory(connection: Pick<Connection, 'query'>, schema: string): Promise<History> {
  const kysely = `${quote(schema)}.kysely_migration`;
  const ours = `${quote(schema)}.${ourTable}`;
  try {
    return toHistory(
      await connection.query<HistoryRow>(
        `select coalesce(k.name, m.name) as name, k."timestamp", m.checksum, m.duration_ms, m.tool_version,
                m.accepted_reason, m.started_at, m.kysely_timestamp
           from ${kysely} k full join ${ours} m on m.name = k.name`,
      ),
    );
  } catch (error) {
    if (!isAbsent(error)) throw unreadable(error, schema);
  }
  try {
    return toHistory(await connection.query<HistoryRow>(`select name, "timestamp" from ${kysely}`));
  } catch (error) {
    if (!isAbsent(error)) throw unreadable(error, schema);
    return { applied: [], notes: [] };
  }
}

/** No such table, no such schema. */
function isAbsent(error: unknown): boolean {
  return codeOf(error) === '42P01' || codeOf(error) === '3F000';
}

function unreadable(error: unknown, schema: string): unknown {
  if (codeOf(error) !== '42501') return error;
  return new Fault({
    code: 'database-refused',
    message: `the history of the migrations in the schema "${schema}" cannot be read: ${messageOf(error)} (42501)`,
    hint: 'migrate as the owner of the schema: it is the user in DATABASE_URL',
    exitCode: ExitCode.unavailable,
    cause: error,
  });
}

interface HistoryRow {
  name: string;
  timestamp: string | null;
  checksum?: string | null;
  duration_ms?: number | null;
  tool_version?: string | null;
  accepted_reason?: string | null;
  started_at?: Date | null;
  kysely_timestamp?: string | null;
}

function toHistory(rows: HistoryRow[]): History {
  const applied: HistoryEntry[] = [];
  const notes: Note[] = [];
  for (const row of rows) {
    const accepted = row.accepted_reason ? { acceptedReason: row.accepted_reason } : {};
    if (row.timestamp === null) {
      // A row that was applied, and whose row of Kysely's another tool took away by its own `down`, says nothing any more.
      if (row.kysely_timestamp) continue;
      notes.push({
        name: row.name,
        checksum: row.checksum ?? '',
        ...(row.started_at ? { startedAt: row.started_at.toISOString() } : {}),
        ...accepted,
      });
      continue;
    }
    // Applied once more by another tool: what we know is of the time before.
    const current = row.checksum && row.kysely_timestamp === row.timestamp;
    applied.push({
      name: row.name,
      timestamp: row.timestamp,
      ...(current
        ? {
            checksum: row.checksum!,
            ...(typeof row.duration_ms === 'number' ? { durationMs: row.duration_ms } : {}),
            ...(row.tool_version ? { toolVersion: row.tool_version } : {}),
            ...accepted,
          }
        : {}),
    });
  }
  applied.sort((a, b) => compareNames(a.timestamp, b.timestamp) || compareNames(a.name, b.name));
  notes.sort((a, b) => compareNames(a.name, b.name));
  return { applied, notes };
}

/** Kysely's tables as Kysely makes them, and ours beside them. */
export async function createHistoryTables(connection: Connection, schema: string): Promise<void> {
  const prefix = quote(schema);
  // `if not exists` alone raises a notice each time, and two at once collide: the lock is held by now.
  await connection.query(`
    set client_min_messages = warning;
    create schema if not exists ${prefix};
    create table if not exists ${prefix}.kysely_migration (
      name varchar(255) not null primary key,
      "timestamp" varchar(255) not null
    );
    create table if not exists ${prefix}.kysely_migration_lock (
      id varchar(255) not null primary key,
      is_locked integer not null default 0
    );
    insert into ${prefix}.kysely_migration_lock (id, is_locked) values ('migration_lock', 0) on conflict do nothing;
    create table if not exists ${prefix}.${ourTable} (
      name varchar(255) not null primary key,
      checksum text not null,
      duration_ms integer,
      applied_at timestamptz,
      started_at timestamptz,
      kysely_timestamp varchar(255),
      tool_version text not null,
      accepted_reason text,
      accepted_at timestamptz
    );
    create table if not exists ${prefix}.${schemaTable} (
      head varchar(255),
      lines text[] not null,
      taken_at timestamptz not null default clock_timestamp()
    );
    reset client_min_messages`);
}

/** The name is in the history of another schema than the configured one: going on would apply everything twice. */
export async function refuseForeignHistory(
  connection: Connection,
  schema: string,
  names: readonly string[],
): Promise<void> {
  const tables = await connection.query<{ schema: string }>(
    `select n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relname = 'kysely_migration' and c.relkind = 'r' and n.nspname <> $1 order by 1`,
    [schema],
  );
  for (const table of tables) {
    const found = await connection.query<{ name: string }>(
      `select name from ${quote(table.schema)}.kysely_migration where name = any($1) order by name`,
      [names],
    );
    if (found.length === 0) continue;
    throw new Fault({
      code: 'history-elsewhere',
      message: `the history of these migrations is in the schema "${table.schema}", and the configuration says "${schema}"`,
      details: found.map(({ name }) => `applied there: ${name}`),
      hint: `set migrations.schema to "${table.schema}"`,
      exitCode: ExitCode.config,
    });
  }
}

export interface Applied {
  name: string;
  checksum: string;
  durationMs: number;
  timestamp: string;
  toolVersion: string;
}

/** Both rows of applied migrations, in one round trip. */
export async function recordApplied(
  connection: Connection,
  schema: string,
  applied: readonly Applied[],
): Promise<void> {
  const prefix = quote(schema);
  await connection.query(
    `with applied as (
       select * from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[])
         as a (name, checksum, duration_ms, "timestamp", tool_version)
     ), kysely as (
       insert into ${prefix}.kysely_migration (name, "timestamp") select name, "timestamp" from applied
     )
     insert into ${prefix}.${ourTable} as m
       (name, checksum, duration_ms, applied_at, kysely_timestamp, tool_version)
     select name, checksum, duration_ms, clock_timestamp(), "timestamp", tool_version from applied
     on conflict (name) do update set checksum = excluded.checksum, duration_ms = excluded.duration_ms,
       applied_at = excluded.applied_at, kysely_timestamp = excluded.kysely_timestamp,
       tool_version = excluded.tool_version, started_at = null`,
    [
      applied.map((each) => each.name),
      applied.map((each) => each.checksum),
      applied.map((each) => Math.round(each.durationMs)),
      applied.map((each) => each.timestamp),
      applied.map((each) => each.toolVersion),
    ],
  );
}

/** Our row for migrations that another tool applied: Kysely's row stays as it is. */
export async function adopt(
  connection: Connection,
  schema: string,
  entries: readonly Pick<Applied, 'name' | 'checksum' | 'timestamp' | 'toolVersion'>[],
): Promise<void> {
  await connection.query(
    `insert into ${quote(schema)}.${ourTable} (name, checksum, kysely_timestamp, tool_version)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
     on conflict (name) do update set checksum = excluded.checksum, duration_ms = null, applied_at = null,
       kysely_timestamp = excluded.kysely_timestamp, tool_version = excluded.tool_version, accepted_reason = null`,
    [
      entries.map((each) => each.name),
      entries.map((each) => each.checksum),
      entries.map((each) => each.timestamp),
      entries.map((each) => each.toolVersion),
    ],
  );
}

/** Before a migration that has no transaction: if it never comes back, this row says so. */
export async function recordStarted(
  connection: Connection,
  schema: string,
  { name, checksum, toolVersion }: Pick<Applied, 'name' | 'checksum' | 'toolVersion'>,
): Promise<void> {
  await connection.query(
    `insert into ${quote(schema)}.${ourTable} (name, checksum, started_at, tool_version)
     values ($1, $2, clock_timestamp(), $3)
     on conflict (name) do update set checksum = excluded.checksum, started_at = excluded.started_at,
       applied_at = null, kysely_timestamp = null, duration_ms = null, tool_version = excluded.tool_version`,
    [name, checksum, toolVersion],
  );
}

export async function forget(
  connection: Connection,
  schema: string,
  names: readonly string[],
): Promise<void> {
  const prefix = quote(schema);
  await connection.query(
    `with gone as (delete from ${prefix}.kysely_migration where name = any($1))
     delete from ${prefix}.${ourTable} where name = any($1)`,
    [names],
  );
}

/** Records a deliberate deviation: an edit, a removal, or a migration that may run out of order. */
export async function recordAccepted(
  connection: Connection,
  schema: string,
  accepted: {
    name: string;
    checksum: string;
    reason: string;
    timestamp?: string | undefined;
    toolVersion: string;
  },
): Promise<void> {
  await connection.query(
    `insert into ${quote(schema)}.${ourTable}
       (name, checksum, kysely_timestamp, tool_version, accepted_reason, accepted_at)
     values ($1, $2, $3, $4, $5, clock_timestamp())
     on conflict (name) do update set checksum = excluded.checksum, kysely_timestamp = excluded.kysely_timestamp,
       accepted_reason = excluded.accepted_reason, accepted_at = excluded.accepted_at`,
    [accepted.name, accepted.checksum, accepted.timestamp ?? null, accepted.toolVersion, accepted.reason],
  );
}

/** The schema that the migrations up to `head` led to, as it was when they were applied; `undefined` where nobody wrote it down. */
export async function readExpectedSchema(
  connection: Pick<Connection, 'query'>,
  schema: string,
): Promise<{ head: string | undefined; lines: string[] } | undefined> {
  try {
    const [row] = await connection.query<{ head: string | null; lines: string[] }>(
      `select head, lines from ${quote(schema)}.${schemaTable}`,
    );
    return row && { head: row.head ?? undefined, lines: row.lines };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return undefined;
  }
}

export async function writeExpectedSchema(
  connection: Pick<Connection, 'query'>,
  schema: string,
  { head, lines }: { head: string | undefined; lines: readonly string[] },
): Promise<void> {
  const table = `${quote(schema)}.${schemaTable}`;
  await connection.query(
    `with old as (delete from ${table}) insert into ${table} (head, lines) values ($1, $2::text[])`,
    [head ?? null, lines],
  );
}

import type { Connection } from './connection.ts';
import { ourTable, quote } from './history-tables.ts';

export interface Applied {
  name: string;
  checksum: string;
  durationMs: number;
  timestamp: string;
  toolVersion: string;
}

/** Inserts both rows of applied migrations, in one round trip. */
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

/** Inserts our row for migrations that another tool applied; keeps the row of Kysely. */
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

/** Records the start of a migration without a transaction; the row remains if it never finishes. */
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

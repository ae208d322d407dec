import { codeOf } from '../base/errors.ts';
import type { Connection } from './connection.ts';

export const ourTable = 'meatymusic_migration';
export const schemaTable = 'meatymusic_schema';
export const historyTables = ['kysely_migration', 'kysely_migration_lock', ourTable, schemaTable];

/** Quotes an SQL identifier. */
export const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`;

/** SQLSTATEs of a missing table and a missing schema. */
export function isAbsent(error: unknown): boolean {
  return codeOf(error) === '42P01' || codeOf(error) === '3F000';
}

/** Function that removes the tables that `createHistoryTables` created, and no others. */
export type RemoveHistoryTables = () => Promise<void>;

/** Creates the tables of Kysely and ours. Resolves to a function that removes the created ones. */
export async function createHistoryTables(
  connection: Pick<Connection, 'query'>,
  schema: string,
): Promise<RemoveHistoryTables> {
  const prefix = quote(schema);
  const [before] = await connection.query<{ hasSchema: boolean; tables: string[] }>(
    `select exists (select from pg_namespace where nspname = $1) as "hasSchema",
            array(select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where n.nspname = $1 and c.relname = any($2)) as tables`,
    [schema, historyTables],
  );
  // `if not exists` alone raises a notice each time, and concurrent statements collide: the lock is held here.
  await connection.query(`
    set client_min_messages = warning;
    ${before!.hasSchema ? '' : `create schema ${prefix};`}
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
  const made = historyTables.filter((table) => !before!.tables.includes(table));
  return async () => {
    const drops = made.map((table) => `drop table if exists ${prefix}.${table};`);
    if (!before!.hasSchema) drops.push(`drop schema if exists ${prefix};`);
    if (drops.length > 0) await connection.query(drops.join(' '));
  };
}

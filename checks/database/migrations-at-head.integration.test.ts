/** One change by hand of every kind on a migrated PostgreSQL: each is drift, and the verdict names it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MigrationState, MigrationsProbe } from '../../src/check/probes.ts';
import { type Connection, connect } from '../../src/migrate/connection.ts';
import { driftOn } from '../../src/migrate/drift.ts';
import { migrateToLatest, readOnlyMigrations } from '../../src/migrate/index.ts';
import { createMigrationsFolder, migrationText } from '../../src/testing/migrations-folder.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../../src/testing/postgres.ts';
import { testStack } from '../../src/testing/probe-context.ts';
import { runCheck } from '../../src/testing/run-check.ts';
import check from './migrations-at-head.ts';

const roles = ['create role app', 'create role reader', 'create role owner_of_all', 'create role guest'];
const schema = [
  'create schema shop',
  'create extension if not exists pg_trgm',
  "create type mood as enum ('sad', 'happy')",
  'create domain email as text check (value like $m$%@%$m$)',
  'create type pair as (a int, b text)',
  'create collation ci (provider = icu, locale = $l$und$l$, deterministic = true)',
  'create table tenants (id int primary key, name text not null)',
  'create table users (id serial primary key, tenant_id int not null references tenants, email text not null, mood mood default $m$sad$m$, constraint tall check (id > 0))',
  'create unique index users_email on users (email)',
  'alter table users enable row level security; alter table users force row level security',
  'create policy own on users using (tenant_id = 1) with check (tenant_id = 1)',
  'create table parts (id int, at date) partition by range (at)',
  "create table parts_2026 partition of parts for values from ('2026-01-01') to ('2027-01-01')",
  'create table child () inherits (tenants)',
  'create view names with (security_invoker = true, security_barrier = true) as select id, email from users',
  'create view sad as select * from users where mood = $m$sad$m$ with cascaded check option',
  'create materialized view counts as select count(*) as n from users',
  'create sequence tickets increment 2',
  `create function who() returns int language sql stable security definer set search_path = public as 'select 1'`,
  `create function stamp() returns trigger language plpgsql as 'begin return new; end'`,
  'create aggregate total (int) (sfunc = int4pl, stype = int)',
  'create trigger stamped before update on users for each row execute function stamp()',
  'create rule quiet as on delete to tenants do also nothing',
  `create function noted() returns event_trigger language plpgsql as 'begin end'`,
  "create function who_of(pair) returns int language sql as 'select 1'",
  'create event trigger watch on ddl_command_end execute function noted()',
  'create publication changes for table users',
  'grant usage on schema shop to app',
  'grant select, insert on users to app',
  'alter default privileges in schema shop grant select on tables to app',
];

/** Name of the case, statement that alters the schema, text expected in the verdict. */
const changes: [kind: string, statement: string, named: string][] = [
  ['a trigger is disabled', 'alter table users disable trigger stamped', 'trigger public.users.stamped'],
  [
    'a trigger fires always',
    'alter table users enable always trigger stamped',
    'trigger public.users.stamped',
  ],
  [
    'the triggers of a foreign key are disabled',
    'alter table users disable trigger all',
    'constraint public.users.users_tenant_id_fkey',
  ],
  [
    'a trigger is added',
    'create trigger more after insert on users for each row execute function stamp()',
    'trigger public.users.more',
  ],
  [
    'a rule is added',
    'create rule never as on insert to users do instead nothing',
    'rule public.users.never',
  ],
  ['a rule is disabled', 'alter table tenants disable rule quiet', 'rule public.tenants.quiet'],
  [
    'a rule is changed',
    'create or replace rule quiet as on delete to tenants do instead nothing',
    'rule public.tenants.quiet',
  ],
  ['an event trigger is disabled', 'alter event trigger watch disable', 'event trigger watch'],
  [
    'a column grant',
    'grant update (email) on users to app',
    'grant update on column public.users.email to app',
  ],
  [
    'a table grant',
    'grant truncate on users to app',
    'grant insert, select, truncate on table public.users to app',
  ],
  ['a grant with grant option', 'grant select on users to app with grant option', 'with grant option'],
  ['a grant to everyone', 'grant select on users to public', 'grant select on table public.users to public'],
  ['a revoked grant', 'revoke insert on users from app', 'grant select on table public.users to app'],
  [
    'a privilege revoked from the owner',
    'revoke delete on users from postgres',
    'revoke delete on table public.users from its owner',
  ],
  [
    'execute revoked from everyone',
    'revoke execute on function who() from public',
    'revoke execute on function public.who() from public',
  ],
  ['a grant on a view', 'grant select on names to reader', 'grant select on view public.names to reader'],
  ['a grant on a sequence', 'grant usage on sequence tickets to app', 'sequence public.tickets'],
  ['a grant on a type', 'revoke usage on type mood from public', 'type public.mood'],
  ['a schema grant', 'grant create on schema shop to app', 'schema shop'],
  ['a grant on the schema public', 'grant create on schema public to app', 'schema public'],
  [
    'a grant on the database',
    'do $$ begin execute format($f$grant create on database %I to app$f$, current_database()); end $$',
    'this database',
  ],
  [
    'default privileges',
    'alter default privileges in schema shop grant delete on tables to app',
    'default privileges of postgres in schema shop on tables',
  ],
  [
    'default privileges of functions',
    'alter default privileges revoke execute on functions from public',
    'default privileges of postgres on functions',
  ],
  ['security_invoker', 'alter view names set (security_invoker = false)', 'options of view public.names'],
  ['security_barrier', 'alter view names reset (security_barrier)', 'options of view public.names'],
  ['check_option', 'alter view sad reset (check_option)', 'options of view public.sad'],
  [
    'the definition of a view',
    'create or replace view names with (security_invoker = true, security_barrier = true) as select id, email from users where id > 0',
    'view public.names',
  ],
  [
    'the default of a view’s column',
    'alter view names alter column id set default 7',
    'column public.names.id',
  ],
  [
    'the definition of a materialized view',
    'drop materialized view counts; create materialized view counts as select count(id) as n from users',
    'materialized view public.counts',
  ],
  ['a sequence', 'alter sequence tickets increment 3', 'sequence public.tickets'],
  ['the sequence of a column', 'alter sequence users_id_seq increment -1', 'sequence public.users_id_seq'],
  ['a detached partition', 'alter table parts detach partition parts_2026', 'table public.parts_2026 from'],
  [
    'an added partition',
    "create table parts_2027 partition of parts for values from ('2027-01-01') to ('2028-01-01')",
    'table public.parts_2027',
  ],
  [
    'an ended inheritance',
    'alter table child no inherit tenants',
    'inheritance of table public.child from public.tenants',
  ],
  [
    'the body of a function',
    `create or replace function who() returns int language sql stable security definer set search_path = public as 'select 2'`,
    'function public.who()',
  ],
  [
    'only white space in the body',
    `create or replace function stamp() returns trigger language plpgsql as 'begin  return new; end'`,
    'function public.stamp()',
  ],
  ['volatility', 'alter function who() volatile', 'function public.who()'],
  ['security definer', 'alter function who() security invoker', 'function public.who()'],
  ['a setting of a function', 'alter function who() reset search_path', 'function public.who()'],
  ['leakproof', 'alter function who() leakproof', 'function public.who()'],
  ['the owner of a function', 'alter function who() owner to owner_of_all', 'owner of function public.who()'],
  [
    'an aggregate',
    'create or replace aggregate total (int) (sfunc = int4mul, stype = int)',
    'aggregate public.total',
  ],
  ['the condition of a policy', 'alter policy own on users using (true)', 'policy public.users.own'],
  ['the roles of a policy', 'alter policy own on users to app', 'policy public.users.own'],
  ['a policy is added', 'create policy all_of_them on users using (true)', 'policy public.users.all_of_them'],
  [
    'row level security is disabled',
    'alter table users disable row level security',
    'row level security of table public.users',
  ],
  [
    'row level security is not forced',
    'alter table users no force row level security',
    'row level security of table public.users',
  ],
  ['the owner of a table', 'alter table users owner to owner_of_all', 'owner of table public.users'],
  ['the owner of a view', 'alter view names owner to owner_of_all', 'owner of view public.names'],
  ['the owner of a schema', 'alter schema shop owner to owner_of_all', 'owner of schema shop'],
  [
    'a constraint that is not validated',
    'alter table users drop constraint tall; alter table users add constraint tall check (id > 0) not valid',
    'constraint public.users.tall',
  ],
  [
    'a deferred foreign key',
    'alter table users alter constraint users_tenant_id_fkey deferrable',
    'constraint public.users.users_tenant_id_fkey',
  ],
  ['a dropped index', 'drop index users_email', 'index public.users.users_email'],
  ['a label of an enumeration', "alter type mood add value 'calm'", 'type public.mood'],
  ['the check of a domain', 'alter domain email drop constraint email_check', 'type public.email'],
  ['a composite type', 'alter type pair add attribute c int', 'type public.pair'],
  [
    'a collation',
    'drop collation ci; create collation ci (provider = icu, locale = $$und$$, deterministic = false)',
    'collation public.ci',
  ],
  [
    'the collation of a column',
    'alter table tenants alter column name type text collate "C"',
    'column public.tenants.name',
  ],
  ['the type of a column', 'alter table tenants alter column id type bigint', 'column public.tenants.id'],
  [
    'a column that may be null',
    'alter table tenants alter column name drop not null',
    'column public.tenants.name',
  ],
  ['the default of a column', 'alter table users alter column mood drop default', 'column public.users.mood'],
  [
    'an identity column',
    'alter table tenants alter column id add generated always as identity',
    'column public.tenants.id',
  ],
  ['an extension is dropped', 'drop extension pg_trgm', 'extension pg_trgm'],
  ['an extension in another schema', 'alter extension pg_trgm set schema shop', 'extension pg_trgm'],
  ['a publication', 'alter publication changes add table tenants', 'publication changes'],
  [
    'the replica identity',
    'alter table users replica identity nothing',
    'replica identity of table public.users',
  ],
  ['a cast', 'create cast (pair as int) with function who_of(pair)', 'cast (public.pair as integer)'],
  [
    'an operator',
    'create operator shop.=== (function = int4eq, leftarg = int, rightarg = int)',
    'operator shop.===',
  ],
  [
    'a text search configuration',
    'create text search configuration shop.words (copy = simple)',
    'text search configuration shop.words',
  ],
  ['an unlogged table', 'alter table child set unlogged', 'table public.child'],
  [
    'a setting of the database',
    'do $$ begin execute format($f$alter database %I set row_security = off$f$, current_database()); end $$',
    'setting row_security',
  ],
  ['a setting of a role', "alter role app set search_path = 'shop'", 'setting search_path of role app'],
  ['a role that bypasses policies', 'alter role app bypassrls', 'role app bypassrls'],
  ['a membership', 'grant owner_of_all to app', 'member app of role owner_of_all'],
];

describe.skipIf(postgresMissing)(
  `drift on PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`,
  () => {
    let server: TestPostgres;
    let url: string;
    let connection: Connection;
    let state: MigrationState;
    let folder: string;
    let dispose: () => Promise<void>;

    beforeAll(async () => {
      server = await startPostgres();
      const migrations = await createMigrationsFolder();
      ({ folder, dispose } = migrations);
      await migrations.write('1_a', migrationText(schema));
      url = await server.createDatabase('migrated');
      await server.sql('postgres', roles.join(';'));
      await migrateToLatest({ url, folder });
      state = await readOnlyMigrations({ url, folder }).state();
      connection = await connect({ url });
    });
    afterAll(async () => {
      await connection?.close();
      await dispose?.();
      await server?.stop();
    });

    const judge = (url: string, over: Partial<MigrationsProbe> = {}) => {
      const inFolder = (place: string) => readOnlyMigrations({ url, folder: place });
      const migrations = { ...inFolder(folder), inFolder, ...over };
      return runCheck(check, { stack: testStack, over: { endpoints: { database: { url } }, migrations } });
    };

    test('a migrated database has none, and a change in a copy of it is drift', async () => {
      expect(await judge(url)).toMatchObject({
        status: 'pass',
        summary: expect.stringContaining('no drift'),
      });
      await server.createDatabase('copy');
      await migrateToLatest({ url: server.urlOf('copy'), folder });
      await server.sql('copy', 'alter table users disable trigger stamped');
      expect(await judge(server.urlOf('copy'))).toMatchObject({
        status: 'fail',
        code: 'drifted',
        actual: expect.stringContaining('trigger public.users.stamped'),
      });
    });

    test.each([
      ['by an earlier version', 'update meatymusic_schema set lines = lines[2:]', /drift not judged/],
      [
        'on another PostgreSQL',
        "update meatymusic_schema set lines[1] = 'recorded in format 2, PostgreSQL 12'",
        /drift not judged/,
      ],
    ])('a schema that was recorded %s is not compared', async (_, statement, summary) => {
      await connection.query('begin');
      try {
        await connection.query(statement);
        const drift = () => driftOn(connection);
        expect(await judge(url, { state: async () => state, drift })).toMatchObject({
          status: 'pass',
          summary: expect.stringMatching(summary),
        });
        expect((await drift()).enable).toContain('the next migration records it again');
      } finally {
        await connection.query('rollback');
      }
    });

    test('an index that is not valid is named as such', async () => {
      await connection.query('begin');
      try {
        await connection.query(
          "update pg_index set indisvalid = false where indexrelid = 'users_email'::regclass",
        );
        expect(
          await judge(url, { state: async () => state, drift: () => driftOn(connection) }),
        ).toMatchObject({
          status: 'fail',
          code: 'invalid-index',
          actual: 'not valid: index public.users_email of table public.users',
        });
      } finally {
        await connection.query('rollback');
      }
    });

    // In a transaction that is rolled back, also what the cluster shares, such as roles.
    test.each(changes)('%s', async (_, statement, named) => {
      await connection.query('begin');
      try {
        await connection.client.query(statement);
        const verdict = await judge(url, { state: async () => state, drift: () => driftOn(connection) });
        expect(verdict).toMatchObject({ status: 'fail', code: 'drifted' });
        const drift =
          'evidence' in verdict ? verdict.evidence?.find(({ kind }) => kind === 'lines') : undefined;
        const lines = drift && 'lines' in drift ? drift.lines.map(({ text }) => text) : [];
        expect(lines.join('\n')).toContain(named);
      } finally {
        await connection.query('rollback');
      }
    });
  },
);

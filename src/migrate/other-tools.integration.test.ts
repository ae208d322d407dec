/** Databases that other tools migrate, with the tables that these tools make: named, and refused before anything is created. */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTemporaryPglite } from '../pglite/open.ts';
import {
  createMigrationsFolder,
  type MigrationsFolder,
  migrationText,
} from '../testing/migrations-folder.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import {
  absentMigrations,
  acceptMigration,
  type MigrateEvent,
  migrateDown,
  migrateUp,
  otherToolsOf,
  planMigrations,
  readOnlyMigrations,
  redo,
} from './index.ts';

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Everything in a database that a migrator could have created. */
const contents = async (url: string) =>
  (
    await query<{ what: string }>(
      url,
      `select 'relation ' || oid::regclass as what from pg_class where relnamespace not in ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace, 'information_schema'::regnamespace)
       union all select 'schema ' || nspname from pg_namespace union all select 'role ' || rolname from pg_roles
       union all select 'extension ' || extname from pg_extension order by 1`,
    )
  ).map(({ what }) => what);

const histories: [tool: string, head: string | undefined, sql: string][] = [
  [
    'Alembic',
    '1975ea83b712',
    `create table alembic_version (version_num varchar(32) not null primary key);
     insert into alembic_version values ('1975ea83b712')`,
  ],
  ['Alembic', undefined, 'create table alembic_version (version_num varchar(32) not null primary key)'],
  [
    'Flyway',
    '2.1',
    `create schema app; create table app.flyway_schema_history (installed_rank int primary key, version varchar(50), description varchar(200) not null,
       type varchar(20) not null, script varchar(1000) not null, checksum int, installed_by varchar(100) not null,
       installed_on timestamp not null default now(), execution_time int not null, success boolean not null);
     insert into app.flyway_schema_history values (1, '1', 'a', 'SQL', 'V1__a.sql', 1, 'x', now(), 1, true),
       (2, '2.1', 'b', 'SQL', 'V2.1__b.sql', 1, 'x', now(), 1, true), (3, '3', 'c', 'SQL', 'V3__c.sql', 1, 'x', now(), 1, false)`,
  ],
  [
    'Prisma Migrate',
    '20260101000000_init',
    `create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
       migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(),
       applied_steps_count int not null default 0);
     insert into _prisma_migrations (id, checksum, finished_at, migration_name)
       values ('1', 'x', now(), '20260101000000_init'), ('2', 'x', null, '20260102000000_failed')`,
  ],
  [
    'Knex',
    '20260101_b.js',
    `create table knex_migrations (id serial primary key, name varchar(255), batch int, migration_time timestamptz);
     insert into knex_migrations (name, batch) values ('20260101_a.js', 1), ('20260101_b.js', 1)`,
  ],
  [
    'Django',
    'songs.0002_more',
    `create table django_migrations (id bigserial primary key, app varchar(255) not null, name varchar(255) not null, applied timestamptz not null);
     insert into django_migrations (app, name, applied) values ('songs', '0001_initial', now()), ('songs', '0002_more', now())`,
  ],
  [
    'Rails',
    '20260102000000',
    `create table schema_migrations (version varchar not null primary key);
     create table ar_internal_metadata (key varchar primary key, value varchar, created_at timestamp, updated_at timestamp);
     insert into schema_migrations values ('20260101000000'), ('20260102000000')`,
  ],
  [
    'golang-migrate',
    '3 (dirty)',
    'create table schema_migrations (version bigint not null primary key, dirty boolean not null); insert into schema_migrations values (3, true)',
  ],
  [
    'Ecto',
    '20260101000000',
    'create table schema_migrations (version bigint primary key, inserted_at timestamp(0)); insert into schema_migrations values (20260101000000, now())',
  ],
  [
    'dbmate',
    '20260101000000',
    "create table schema_migrations (version varchar(128) primary key); insert into schema_migrations values ('20260101000000')",
  ],
  [
    'goose',
    '2',
    `create table goose_db_version (id serial primary key, version_id bigint not null, is_applied boolean not null, tstamp timestamp default now());
     insert into goose_db_version (version_id, is_applied) values (0, true), (1, true), (2, true)`,
  ],
  [
    'Drizzle',
    'b16',
    `create schema drizzle; create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);
     insert into drizzle.__drizzle_migrations (hash, created_at) values ('a15', 1), ('b16', 2)`,
  ],
  [
    'node-pg-migrate',
    '1_a',
    "create table pgmigrations (id serial primary key, name varchar(255) not null, run_on timestamp not null); insert into pgmigrations (name, run_on) values ('1_a', now())",
  ],
  [
    'Atlas',
    '20260101',
    `create schema atlas_schema_revisions; create table atlas_schema_revisions.atlas_schema_revisions (version varchar primary key, description varchar not null,
       type bigint not null default 2, applied bigint not null default 0, total bigint not null default 0, executed_at timestamptz not null, execution_time bigint not null);
     insert into atlas_schema_revisions.atlas_schema_revisions values ('20260101', 'a', 2, 1, 1, now(), 1)`,
  ],
  [
    'Sequelize',
    '2-b.js',
    `create table "SequelizeMeta" (name varchar(255) primary key); insert into "SequelizeMeta" values ('1-a.js'), ('2-b.js')`,
  ],
  [
    'TypeORM',
    'A1767225600000',
    `create table migrations (id serial primary key, "timestamp" bigint not null, name varchar not null); insert into migrations ("timestamp", name) values (1767225600000, 'A1767225600000')`,
  ],
  [
    'Laravel',
    '2026_01_01_a',
    `create table migrations (id serial primary key, migration varchar(255) not null, batch int not null); insert into migrations (migration, batch) values ('2026_01_01_a', 1)`,
  ],
  [
    'Liquibase',
    'b',
    `create table databasechangelog (id varchar(255) not null, author varchar(255) not null, filename varchar(255) not null, dateexecuted timestamp not null, orderexecuted int not null, exectype varchar(10) not null);
     insert into databasechangelog values ('a', 'x', 'f', now(), 1, 'EXECUTED'), ('b', 'x', 'f', now(), 2, 'EXECUTED')`,
  ],
  [
    'SQLx',
    '20260101',
    `create table _sqlx_migrations (version bigint primary key, description text not null, installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null, execution_time bigint not null);
     insert into _sqlx_migrations values (20260101, 'a', now(), true, '', 1)`,
  ],
  [
    'Entity Framework',
    '20260101_Init',
    `create table "__EFMigrationsHistory" ("MigrationId" varchar(150) primary key, "ProductVersion" varchar(32) not null); insert into "__EFMigrationsHistory" values ('20260101_Init', '9.0.0')`,
  ],
  [
    'Graphile Migrate',
    '000002.sql',
    `create schema graphile_migrate; create table graphile_migrate.migrations (hash text primary key, previous_hash text, filename text not null, date timestamptz not null default now());
     insert into graphile_migrate.migrations values ('a', null, '000001.sql'), ('b', 'a', '000002.sql')`,
  ],
];

let url: string;
let migrations: MigrationsFolder;
let events: MigrateEvent[];
const here = () => ({
  url,
  folder: migrations.folder,
  onEvent: (event: MigrateEvent) => void events.push(event),
});

beforeEach(async () => {
  events = [];
  migrations = await createMigrationsFolder();
  await migrations.write('1_a');
});
afterEach(() => migrations.dispose());

const operations: [string, () => Promise<unknown>][] = [
  ['up', () => migrateUp(here())],
  ['down', () => migrateDown(here())],
  ['redo', () => redo(here())],
  ['accept', () => acceptMigration(here(), { name: '1_a', reason: 'a test' })],
  ['plan', () => planMigrations(here(), {}, 'up')],
  ['the check of the head', () => readOnlyMigrations(here()).state()],
  ['the check of a second run', () => readOnlyMigrations(here()).secondRun()],
];

describe.skipIf(postgresMissing)(`PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    url = await server.createDatabase();
  });

  test.each(histories)('%s, at %s, is recognised and refused', async (tool, head, sql) => {
    await query(url, sql);
    const before = await contents(url);
    const [found, ...others] = await otherToolsOf({ url });
    expect(found).toEqual({ tool, table: expect.stringContaining('.'), ...(head ? { head } : {}) });
    expect(others).toEqual([]);
    await expect(migrateUp(here())).rejects.toMatchObject({
      code: 'migrated-by-another-tool',
      exitCode: 78,
      message: expect.stringContaining(`migrated by ${tool}, at ${head ?? 'no known migration'}`),
    });
    expect(await contents(url)).toEqual(before);
  });

  test.each(operations)('%s is refused, and nothing is created', async (_, operation) => {
    await query(url, histories[0]![2]);
    const before = await contents(url);
    await expect(operation()).rejects.toMatchObject({ code: 'migrated-by-another-tool', exitCode: 78 });
    expect(await contents(url)).toEqual(before);
  });

  test('a stack without migrations answers with the tool, else with the reason', async () => {
    const absent = absentMigrations({ url }, 'there is no folder');
    await expect(absent.state()).rejects.toMatchObject({
      code: 'no-migrations',
      message: 'no migrations configured: there is no folder',
    });
    await query(url, histories[0]![2]);
    await expect(absent.state()).rejects.toMatchObject({ code: 'migrated-by-another-tool' });
  });

  test('a database that has these migrations already is still migrated, with a notice', async () => {
    await migrateUp(here());
    await query(url, histories[0]![2]);
    await migrations.write('2_b');
    expect((await migrateUp(here())).ran.map(({ name }) => name)).toEqual(['2_b']);
    expect(events).toContainEqual({
      type: 'notice',
      message: 'this database is also migrated by Alembic, at 1975ea83b712 (public.alembic_version)',
    });
    expect((await readOnlyMigrations(here()).state()).alsoBy).toContain('Alembic');
    // Once nothing of ours is left in it, it is the other tool's.
    await migrateDown(here(), { steps: 2 });
    await expect(migrateUp(here())).rejects.toMatchObject({ code: 'migrated-by-another-tool' });
  });

  test('tables of an application or a component with similar names refuse nothing', async () => {
    await query(
      url,
      `create table migrations (id int, bird text, "from" text, "to" text);
       create table changes (id int, what text);
       create table schema_version (text text);
       create schema auth; create table auth.schema_migrations (version varchar(255) primary key);
       create schema graphile_worker; create table graphile_worker.migrations (id int primary key, ts timestamptz)`,
    );
    expect(await otherToolsOf({ url })).toEqual([]);
    expect((await migrateUp(here())).ran).toHaveLength(1);
  });

  test('a history that may not be read still names its tool', async () => {
    const reader = { name: 'reader', password: 'reads-little-1' };
    await query(url, `${histories[0]![2]}; create role reader login password '${reader.password}'`);
    url = server.urlOf(new URL(url).pathname.slice(1), reader);
    expect(await otherToolsOf({ url })).toEqual([{ tool: 'Alembic', table: 'public.alembic_version' }]);
  });

  test('a head with control characters is printed as one harmless line', async () => {
    await query(
      url,
      `create table alembic_version (version_num text); insert into alembic_version values (E'a\\n::error::x\\u001b[2J')`,
    );
    const [{ head } = {}] = await otherToolsOf({ url });
    expect(head).not.toMatch(/[\n\u001b]/);
  });

  describe('a first up that fails leaves nothing behind', () => {
    const alone = 'export const noTransaction = true;';

    test.each<[string, string[], string, string?]>([
      ['at an extension that does not exist', ['create extension nothing'], ''],
      ['after half of its work', ['create table half (id int)', 'select nonsense'], ''],
      ['outside a transaction, without a trace', ['create extension nothing'], alone],
      ['in a schema of its own', ['create extension nothing'], '', 'history'],
      ['in a schema of its own, outside a transaction', ['create extension nothing'], alone, 'history'],
      ['after it ended the transaction itself', ['rollback'], ''],
    ])('%s', async (_, statements, head, schema = 'public') => {
      const before = await contents(url);
      await migrations.write('1_a', migrationText(statements, [], head));
      await expect(migrateUp({ ...here(), schema })).rejects.toMatchObject({ exitCode: 1 });
      expect(await contents(url)).toEqual(before);
      await migrations.write('1_a', migrationText(['select 1'], [], head));
      expect((await migrateUp({ ...here(), schema })).ran).toHaveLength(1);
    });

    test('but for the record of one outside a transaction that did something', async () => {
      await migrations.write(
        '1_a',
        migrationText(['create table half (id int)', 'select nonsense'], [], alone),
      );
      await expect(migrateUp(here())).rejects.toMatchObject({ exitCode: 1 });
      expect(await contents(url)).toContain('relation half');
      expect(await contents(url)).toContain('relation meatymusic_migration');
    });

    test('beside the history of another Kysely tool, which stays as it is', async () => {
      await query(
        url,
        `create table kysely_migration (name varchar(255) primary key, "timestamp" varchar(255) not null);
         create table kysely_migration_lock (id varchar(255) primary key, is_locked int not null default 0);
         insert into kysely_migration values ('1_a', '2026-01-01T00:00:00.000Z')`,
      );
      const before = await contents(url);
      await migrations.write('2_b', migrationText(['create extension nothing']));
      await expect(migrateUp(here())).rejects.toMatchObject({ exitCode: 1 });
      expect(await contents(url)).toEqual(before);
    });
  });
});

describe('PGlite', () => {
  test('names the tool, refuses, and leaves nothing of a first up that fails', {
    timeout: 180_000,
  }, async () => {
    const server = await startTemporaryPglite();
    try {
      url = server.url;
      const before = await contents(url);
      await migrations.write('2_b', migrationText(['create extension nothing']));
      await expect(migrateUp(here())).rejects.toMatchObject({ exitCode: 1 });
      expect(await contents(url)).toEqual(before);
      await query(url, histories[0]![2]);
      await expect(migrateUp(here())).rejects.toMatchObject({ code: 'migrated-by-another-tool' });
    } finally {
      await server.stop();
    }
  });
});

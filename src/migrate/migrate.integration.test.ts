/**
 * The migrator against PGlite and a real PostgreSQL. Rows of the table of faults: killed migrators, two at once, edited,
 * missing and late migrations, clocks that go back, batches that fail half-way.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Kysely, Migrator, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { awaitUntil } from '../base/await-until.ts';
import { Fault } from '../base/errors.ts';
import { packageRoot } from '../base/package-root.ts';
import { startTemporaryPglite } from '../pglite/open.ts';
import {
  createMigrationsFolder,
  type MigrationsFolder,
  migrationText,
} from '../testing/migrations-folder.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import {
  acceptMigration,
  type MigrateEvent,
  migrateDown,
  migrateToLatest,
  migrateUp,
  migrationState,
  planMigrations,
  readOnlyMigrations,
  redo,
  writeLockFile,
} from './index.ts';

let url: string;
let migrations: MigrationsFolder;
let events: MigrateEvent[];

beforeEach(async () => {
  migrations = await createMigrationsFolder();
  events = [];
});
afterEach(() => migrations.dispose());

const here = (over: object = {}) => ({
  url,
  folder: migrations.folder,
  lockTimeoutMs: 10_000,
  onEvent: (event: MigrateEvent) => void events.push(event),
  ...over,
});

async function failure(promise: Promise<unknown>): Promise<Fault> {
  const thrown = await promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Fault);
  return thrown as Fault;
}

async function query<Row extends object>(sql: string, address = url): Promise<Row[]> {
  const client = new pg.Client(address);
  client.on('error', () => {});
  await client.connect();
  try {
    const result = await client.query<Row>(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}

const tables = async () =>
  (
    await query<{ name: string }>(
      "select relname::text as name from pg_class where relname like 't\\_%' and relkind = 'r' order by 1",
    )
  ).map(({ name }) => name);

/** Tests that apply to every server. */
function commonSuite() {
  test('applies what is pending, and a second run changes nothing', async () => {
    await migrations.write('1_a');
    await migrations.write('2_b');
    expect((await migrateToLatest(here())).ran.map(({ name }) => name)).toEqual(['1_a', '2_b']);
    const second = await migrateToLatest(here());
    expect(second).toMatchObject({ ran: [], head: '2_b' });
    expect(await readOnlyMigrations(here()).secondRun()).toMatchObject({
      pending: [],
      ran: [],
      changes: [],
      entries: 2,
    });
    const state = await migrationState(here());
    expect(state).toMatchObject({
      applied: ['1_a', '2_b'],
      pending: [],
      edited: [],
      missing: [],
      outOfOrder: [],
    });
    expect(state.migrations[0]).toMatchObject({ state: 'applied', durationMs: expect.any(Number) });
  });

  test('goes to a name or a number of steps, and back', async () => {
    for (const name of ['1_a', '2_b', '3_c']) await migrations.write(name);
    expect((await migrateUp(here(), { to: '2_b' })).head).toBe('2_b');
    expect((await migrateUp(here(), { steps: 1 })).head).toBe('3_c');
    expect((await migrateDown(here(), { to: 'a' })).ran.map(({ name }) => name)).toEqual(['3_c', '2_b']);
    expect(await tables()).toEqual(['t_1_a']);
    expect((await redo(here())).up.ran.map(({ name }) => name)).toEqual(['1_a']);
    expect((await migrateDown(here())).head).toBeUndefined();
    expect(await tables()).toEqual([]);
    expect(await failure(migrateUp(here(), { to: '9' }))).toMatchObject({
      code: 'migration-unknown',
      exitCode: 2,
    });
  });

  test('redoes as one batch: a failure or another deviation leaves everything as before', async () => {
    for (const name of ['1_a', '2_b', '3_c']) await migrations.write(name);
    await migrateToLatest(here());
    const before = await query('select * from kysely_migration order by name');
    await migrations.write('3_c', migrationText(['select nonsense'], ['drop table "t_3_c"']));
    const fault = await failure(redo(here(), { steps: 2 }));
    expect(fault).toMatchObject({ code: 'migration-failed', exitCode: 1 });
    expect(fault.details).toEqual(['still applied, as before: 3_c, 2_b']);
    expect(await tables()).toEqual(['t_1_a', 't_2_b', 't_3_c']);
    expect(await query('select * from kysely_migration order by name')).toEqual(before);
    // An edit of what is redone is what `redo` is for; of another one it is not.
    await migrations.write('1_a', migrationText(['select 1']));
    await migrations.write('3_c', migrationText(['create table t_new (id int)'], ['drop table "t_3_c"']));
    expect(await failure(redo(here()))).toMatchObject({
      exitCode: 78,
      details: ['edited since it was applied: 1_a'],
    });
    expect(await tables()).toEqual(['t_1_a', 't_2_b', 't_3_c']);
    await acceptMigration(here(), { name: '1_a', reason: 'shown' });
    expect(await redo(here())).toMatchObject({
      down: { ran: [{ name: '3_c' }], head: '2_b' },
      up: { ran: [{ name: '3_c' }], head: '3_c' },
    });
    expect(await tables()).toEqual(['t_1_a', 't_2_b', 't_new']);
    expect((await migrationState(here())).edited).toEqual([]);
  });

  test('reports for a failed down that everything is still applied, and what was undone before', async () => {
    await migrations.write('1_a', migrationText(['select 1'], ['select nonsense']));
    await migrations.write(
      '2_b',
      migrationText(['select 1'], ['select 1'], 'export const noTransaction = true;'),
    );
    await migrateToLatest(here());
    expect((await failure(migrateDown(here(), { steps: 2 }))).details).toEqual([
      'still applied, as before: 1_a',
      'stays undone: 2_b',
    ]);
    expect((await migrationState(here())).applied).toEqual(['1_a']);
  });

  test('stops with 78 and names what was edited, is missing, or comes late; nothing is applied', async () => {
    for (const name of ['2_b', '4_d', '5_e']) await migrations.write(name);
    await migrateToLatest(here());
    await migrations.write('2_b', migrationText(['select 1']));
    await migrations.remove('4_d');
    await migrations.write('3_late');
    await migrations.write('6_f');
    const fault = await failure(migrateToLatest(here()));
    expect(fault).toMatchObject({ code: 'migration-history', exitCode: 78 });
    expect(fault.details).toEqual([
      'edited since it was applied: 2_b',
      'applied, and its file is missing: 4_d',
      'pending, but sorts before one that is applied: 3_late',
    ]);
    expect(await tables()).toEqual(['t_2_b', 't_4_d', 't_5_e']);
    // What would not run is not planned either.
    expect(await failure(planMigrations(here(), {}, 'up'))).toMatchObject({ details: fault.details });
  });

  test('continues after accepted deviations, and keeps the reason', async () => {
    for (const name of ['2_b', '3_c']) await migrations.write(name);
    await migrateToLatest(here());
    await migrations.write('2_b', migrationText(['select 1']));
    await migrations.remove('3_c');
    await migrations.write('1_late');
    for (const name of ['2_b', '3_c', '1_late'])
      await acceptMigration(here(), { name, reason: `because of ${name}` });
    expect((await migrateToLatest(here())).ran.map(({ name }) => name)).toEqual(['1_late']);
    const { migrations: all } = await migrationState(here());
    expect(all.map(({ name, state, acceptedReason }) => [name, state, acceptedReason])).toEqual([
      ['1_late', 'applied', 'because of 1_late'],
      ['2_b', 'applied', 'because of 2_b'],
      ['3_c', 'applied', 'because of 3_c'],
    ]);
    expect(await failure(acceptMigration(here(), { name: '2_b', reason: 'x' }))).toMatchObject({
      exitCode: 2,
    });
    await migrations.write('2_b', migrationText(['select 2']));
    expect(await failure(migrateToLatest(here()))).toMatchObject({ exitCode: 78 });
  });

  test('does not report Windows line endings as an edit', async () => {
    const text = migrationText(['create table t_x (id int)']);
    await migrations.write('1_a', text);
    await migrateToLatest(here());
    await migrations.write('1_a', text.replaceAll('\n', '\r\n'));
    expect((await migrateToLatest(here())).ran).toEqual([]);
  });

  test('rolls back a batch that fails half-way, and reports all of it', async () => {
    await migrations.write('1_a');
    await migrations.write('2_b', migrationText(['create table t_b (id int)', 'select nonsense']));
    await migrations.write('3_c');
    const fault = await failure(migrateToLatest(here()));
    expect(fault).toMatchObject({ code: 'migration-failed', exitCode: 1 });
    expect(fault.message).toMatch(/^2_b: .*nonsense.*\(42703\)$/);
    expect(fault.details).toContain('rolled back: 1_a, 2_b');
    expect(await tables()).toEqual([]);
    expect((await migrationState(here())).applied).toEqual([]);
    await migrations.write('2_b');
    expect((await migrateToLatest(here())).ran).toHaveLength(3);
  });

  test('reports `throw undefined` as a failure', async () => {
    await migrations.write('1_a', 'export async function up() { throw undefined; }');
    expect(await failure(migrateToLatest(here()))).toMatchObject({
      exitCode: 1,
      message: '1_a: a non-error was thrown: undefined',
    });
  });

  test('works when the clock goes back, with several in one millisecond, and mixed case; Kysely reads the history', async () => {
    const names = ['A_one', 'B_x', 'a_y', 'a_z'];
    await migrations.write('A_one');
    await migrations.write('B_x');
    await migrateToLatest(here());
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 86_400_000 });
    try {
      await migrations.write('a_y');
      await migrateToLatest(here());
      await migrations.write('a_z');
      await migrateToLatest(here());
      expect((await migrateToLatest(here())).ran).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
    expect((await migrationState(here())).applied).toEqual(names);
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
    const provider = {
      getMigrations: async () => Object.fromEntries(names.map((name) => [name, { up: async () => {} }])),
    };
    const result = await new Migrator({ db, provider }).migrateToLatest();
    await db.destroy();
    expect(result).toEqual({ results: [] });
  });

  test('adopts what another Kysely tool applied, and detects later edits', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
    await new Migrator({
      db,
      provider: { getMigrations: async () => ({ '1_a': { up: async () => {} } }) },
    }).migrateToLatest();
    await db.destroy();
    await migrations.write('1_a');
    expect((await migrationState(here())).migrations[0]).toMatchObject({
      state: 'applied',
      unverified: true,
    });
    expect((await migrateToLatest(here())).ran).toEqual([]);
    expect(events).toContainEqual({ type: 'notice', message: expect.stringContaining('1_a') });
    await migrations.write('1_a', migrationText(['select 1']));
    expect((await migrationState(here())).edited).toEqual(['1_a']);
  });

  test('reports all files that are not migrations before anything runs', async () => {
    await migrations.write('1_a');
    await migrations.write('2_no_up', 'export const down = async () => {};');
    await migrations.write('3_default', 'export default { down() {} };');
    await migrations.write('4_syntax', 'export async function up( {');
    await migrations.write('5_text', 'export const up = "create table x ()";');
    await migrations.write('6_throws.mjs', 'throw new Error("at load");');
    const fault = await failure(migrateToLatest(here()));
    expect(fault).toMatchObject({ code: 'migration-invalid', exitCode: 78 });
    expect(fault.details.map((line) => /(\d_\w+)\.m?[tj]s: (.*)/.exec(line)?.slice(1, 3))).toEqual([
      ['2_no_up', 'it does not export a function up'],
      ['3_default', 'it does not export a function up'],
      ['4_syntax', expect.stringMatching(/ParseError|Unexpected|SyntaxError/i)],
      ['5_text', 'its export up is string, not a function'],
      ['6_throws', 'at load'],
    ]);
    expect(await tables()).toEqual([]);
  });

  test('loads named exports, a default export and CommonJS, each with the kysely of this package', async () => {
    const body = "db => sql.raw('select 1').execute(db)";
    await migrations.write('1_a.mjs', `import { sql } from 'kysely';\nexport const up = ${body};`);
    await migrations.write('2_b.ts', `import { sql } from 'kysely';\nexport default { up: ${body} };`);
    await migrations.write('3_c.cjs', `const { sql } = require('kysely');\nexports.up = ${body};`);
    expect((await migrateToLatest(here())).ran).toHaveLength(3);
  });

  test('refuses two files of one name, and to roll back without a down', async () => {
    await migrations.write('1_a');
    await migrations.write('1_a.mjs', 'export const up = async () => {};');
    expect(await failure(migrateToLatest(here()))).toMatchObject({ code: 'migration-twice', exitCode: 78 });
    await migrations.remove('1_a');
    await migrateToLatest(here());
    expect(await failure(migrateDown(here()))).toMatchObject({ code: 'migration-invalid', exitCode: 78 });
  });

  test('ends with 124 when an up never settles, and rolls back', async () => {
    await migrations.write('1_a');
    await migrations.write('2_b', 'export const up = () => new Promise(() => {});');
    const fault = await failure(migrateToLatest(here({ timeoutMs: 1500 })));
    expect(fault).toMatchObject({ code: 'migration-timeout', exitCode: 124 });
    expect(fault.details).toEqual(['the open transaction was rolled back']);
    expect(await tables()).toEqual([]);
    await migrations.remove('2_b');
    expect((await migrateToLatest(here())).ran).toHaveLength(1);
  });

  test('runs noTransaction migrations alone, and keeps what was before them', async () => {
    await migrations.write('1_a');
    await migrations.write(
      '2_b',
      migrationText(
        ['create index concurrently t_index on "t_1_a" (id)'],
        [],
        'export const noTransaction = true;',
      ),
    );
    await migrations.write('3_c', migrationText(['select nonsense']));
    const fault = await failure(migrateToLatest(here()));
    expect(fault.details).toEqual(['rolled back: 3_c', 'stays applied: 1_a, 2_b']);
    expect((await migrationState(here())).applied).toEqual(['1_a', '2_b']);
  });

  test('leaves a clear state when a noTransaction migration fails, and starts it again', async () => {
    const head = 'export const noTransaction = true;';
    await migrations.write('1_a');
    await migrations.write('2_b', migrationText(['create table t_b (id int)', 'select nonsense'], [], head));
    expect((await failure(migrateToLatest(here()))).details).toEqual([
      expect.stringContaining('a part of it may be in the database'),
      'stays applied: 1_a',
    ]);
    expect(await migrationState(here())).toMatchObject({
      unfinished: ['2_b'],
      pending: ['2_b'],
      applied: ['1_a'],
    });
    await migrations.write('2_b', migrationText(['create table if not exists t_b (id int)'], [], head));
    expect((await migrateToLatest(here())).ran.map(({ name }) => name)).toEqual(['2_b']);
    expect(events).toContainEqual({ type: 'notice', message: expect.stringContaining('did not finish') });
    expect((await migrationState(here())).unfinished).toEqual([]);
  });

  test('refuses migrations that swallow a failed statement or end the transaction', async () => {
    await migrations.write(
      '1_a',
      "import { sql } from 'kysely';\nexport const up = (db: never) => sql`select nonsense`.execute(db).catch(() => {});",
    );
    expect((await failure(migrateToLatest(here()))).message).toContain('it ignored a failed statement');
    await migrations.write('1_a', migrationText(['commit']));
    expect((await failure(migrateToLatest(here()))).details).toEqual([
      expect.stringContaining('ended the batch’s transaction itself'),
    ]);
  });

  test('refuses a history that is in another schema', async () => {
    await query('create schema elsewhere');
    await migrations.write('1_a');
    await migrateToLatest(here({ schema: 'elsewhere' }));
    expect(await failure(migrateToLatest(here()))).toMatchObject({
      code: 'history-elsewhere',
      exitCode: 78,
      hint: 'set migrations.schema to "elsewhere"',
    });
    await query('drop schema elsewhere cascade');
  });

  test('plans the SQL without touching the database', async () => {
    await migrations.write('1_a', migrationText(['create table t_a (id int)', 'insert into t_a values (1)']));
    const { text } = await planMigrations(here(), {}, 'up');
    expect(text).toBe('-- 1_a\ncreate table t_a (id int);\ninsert into t_a values (1);\n');
    expect(await tables()).toEqual([]);
    expect((await migrationState(here())).pending).toEqual(['1_a']);
  });

  test('reports to checks how the files deviate from the committed lock file', async () => {
    await migrations.write('1_a');
    const { lockFileDifferences } = await readOnlyMigrations(here()).state();
    expect(lockFileDifferences).toBeUndefined();
    writeLockFile(migrations.folder);
    expect((await readOnlyMigrations(here()).state()).lockFileDifferences).toEqual([]);
    await migrations.write('2_b');
    await migrateToLatest(here());
    expect(await readOnlyMigrations(here()).state()).toMatchObject({
      pending: [],
      lockFileDifferences: ['not in the lock file: 2_b'],
    });
  });

  test('reports drift until it is repaired, also after further migrations', async () => {
    await migrations.write('1_a');
    await migrateToLatest(here());
    const drift = async () => (await readOnlyMigrations(here()).drift()).differences;
    expect(await drift()).toEqual([]);
    await query('alter table "t_1_a" add column by_hand text');
    expect(await drift()).toEqual(['+ column public.t_1_a.by_hand text']);
    await migrations.write('2_b');
    await migrateToLatest(here());
    expect(await drift()).toEqual(['+ column public.t_1_a.by_hand text']);
    await query('alter table "t_1_a" drop column by_hand');
    expect(await drift()).toEqual([]);
  });

  test('waits for another migrator of this machine, then applies nothing twice', async () => {
    await migrations.write('1_a', migrationText(['create table t_slow (id int)', 'select pg_sleep(0.4)']));
    const both = await Promise.all([migrateToLatest(here()), migrateToLatest(here())]);
    expect(both.map(({ ran }) => ran.length).sort()).toEqual([0, 1]);
  });
}

describe('PGlite', () => {
  let server: Awaited<ReturnType<typeof startTemporaryPglite>>;
  beforeAll(async () => {
    server = await startTemporaryPglite();
    url = server.url;
  });
  afterAll(() => server?.stop());
  afterEach(() => query('drop schema public cascade; create schema public'));

  commonSuite();

  test('exits with 75 when the pid file is held, and takes over the one of a dead process', async () => {
    await migrations.write('1_a');
    const pidFile = `${migrations.folder}/lock/migrate.lock`;
    const { tryLock } = await import('../base/pid-lock.ts');
    const held = tryLock(pidFile, 'meatymusic migrate');
    const fault = await failure(migrateToLatest(here({ pidFile, lockTimeoutMs: 300 })));
    expect(fault).toMatchObject({
      code: 'migration-locked',
      exitCode: 75,
      hint: expect.stringContaining('kill pid'),
    });
    expect(fault.message).toContain(`pid ${process.pid}, application "meatymusic migrate", since`);
    if (held.acquired) held.release();
    expect((await migrateToLatest(here({ pidFile }))).ran).toHaveLength(1);
  });
});

describe.skipIf(postgresMissing)(`PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    url = await server.createDatabase();
  });

  commonSuite();

  test('exits with 75 and names the holder when the lock is never released', async () => {
    await migrations.write('1_a');
    const holder = new pg.Client({ connectionString: url, application_name: 'psql of another user' });
    await holder.connect();
    const { rows } = await holder.query(
      'select pg_advisory_lock(3853314791062309107), pg_backend_pid() as pid',
    );
    const fault = await failure(migrateToLatest(here({ lockTimeoutMs: 400 })));
    expect(fault).toMatchObject({ code: 'migration-locked', exitCode: 75 });
    expect(fault.message).toMatch(
      new RegExp(`pid ${rows[0].pid}, application "psql of another user", connected for .*, idle`),
    );
    expect(events).toContainEqual({
      type: 'waiting',
      holder: expect.stringContaining('psql of another user'),
    });
    await holder.end();
    expect((await migrateToLatest(here())).ran).toHaveLength(1);
  });

  test('is rolled back when it is killed, idle in its transaction or in a statement; the next run continues', async () => {
    for (const [name, then] of [
      ['idle', 'export const hang = () => new Promise((resolve) => setTimeout(resolve, 60_000));'],
      ['in a statement', ''],
    ] as const) {
      const slow =
        name === 'idle'
          ? `import { sql } from 'kysely';\n${then}\nexport async function up(db: never) { await sql\`create table t_kill (id int)\`.execute(db); await hang(); }`
          : migrationText(['create table t_kill (id int)', 'select pg_sleep(60)']);
      await migrations.write('1_kill', slow);
      const child = migrateInProcess(url, migrations.folder);
      await awaitUntil(
        async () => {
          const [row] = await query<{ busy: number }>(
            "select count(*)::int as busy from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and a.application_name like 'meatymusic migrate%' and a.datname = current_database()",
          );
          return row?.busy ? true : undefined;
        },
        { what: 'the migrator to be in its transaction', withinMs: 20_000 },
      );
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      await migrations.write(
        '1_kill',
        migrationText(['create table t_kill (id int)'], ['drop table t_kill']),
      );
      expect((await migrateToLatest(here())).ran).toHaveLength(1);
      await migrateDown(here());
    }
  });

  test('ends a statement that runs when the time is over', async () => {
    await migrations.write('1_a', migrationText(['create table t_a (id int)', 'select pg_sleep(60)']));
    const fault = await failure(migrateToLatest(here({ timeoutMs: 800 })));
    expect(fault).toMatchObject({ exitCode: 124, details: ['the open transaction was rolled back'] });
    expect(
      await query(
        "select from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()",
      ),
    ).toEqual([]);
    expect(await tables()).toEqual([]);
  });

  test('an interruption rolls back and rejects with its reason', async () => {
    await migrations.write('1_a', migrationText(['create table t_a (id int)', 'select pg_sleep(60)']));
    const abort = new AbortController();
    const reason = new Fault({ code: 'interrupted', message: 'interrupted', exitCode: 130 });
    const onEvent = (event: MigrateEvent) => {
      events.push(event);
      if (event.type === 'start') abort.abort(reason);
    };
    expect(await failure(migrateToLatest(here({ signal: abort.signal, onEvent })))).toBe(reason);
    expect(await tables()).toEqual([]);
  });

  test('exits with 69 and the SQLSTATE when the database is read-only', async () => {
    await migrations.write('1_a');
    const database = new URL(url).pathname.slice(1);
    await server.sql('postgres', `alter database "${database}" set default_transaction_read_only = on`);
    const fault = await failure(migrateToLatest(here()));
    expect(fault).toMatchObject({ code: 'database-read-only', exitCode: 69 });
    expect(fault.message).toContain('25006');
    expect((await migrationState(here())).pending).toEqual(['1_a']);
  });

  test('exits with 69 for a wrong password, database or server, and prints no password', async () => {
    await migrations.write('1_a');
    const wrong = await failure(
      migrateToLatest(here({ url: url.replace(server.password, 'not-the-password') })),
    );
    expect(wrong).toMatchObject({ code: 'database-refused', exitCode: 69 });
    expect(wrong.message).toContain('28P01');
    expect(wrong.message).not.toContain('not-the-password');
    expect(await failure(migrationState({ ...here(), url: server.urlOf('nowhere') }))).toMatchObject({
      code: 'database-missing',
      exitCode: 69,
    });
    expect(
      await failure(migrationState({ ...here(), url: 'postgresql://a:secret-1234@127.0.0.1:1/x' })),
    ).toMatchObject({
      code: 'database-unreachable',
      exitCode: 69,
      message: expect.not.stringContaining('secret-1234'),
    });
    expect(
      await failure(migrationState({ ...here(), url: 'postgresql://a:secret-1234@[::/x' })),
    ).toMatchObject({
      exitCode: 78,
      message: expect.not.stringContaining('secret-1234'),
    });
  });

  test('exits with 69 and reports a history that belongs to another user', async () => {
    await migrations.write('1_a');
    await migrateToLatest(here());
    const stranger = { name: `stranger_${process.pid}`, password: 'not-used-1' };
    await server.sql('postgres', `create role ${stranger.name} login password '${stranger.password}'`);
    try {
      const theirs = server.urlOf(new URL(url).pathname.slice(1), stranger);
      for (const attempt of [migrateToLatest, migrationState]) {
        expect(await failure(attempt(here({ url: theirs })))).toMatchObject({
          code: 'database-refused',
          exitCode: 69,
          message: expect.stringContaining('permission denied for table kysely_migration (42501)'),
        });
      }
    } finally {
      await server.sql('postgres', `drop role ${stranger.name}`);
    }
  });

  test('two migrators of two databases make the same role at once', async () => {
    const role = `made_twice_${process.pid}`;
    const text = migrationText([
      `do $$ begin
         if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
       exception when duplicate_object or unique_violation then null; end $$`,
      'select pg_sleep(0.2)',
    ]);
    await migrations.write('1_role', text);
    const other = await server.createDatabase();
    const both = await Promise.all([migrateToLatest(here()), migrateToLatest(here({ url: other }))]);
    expect(both.map(({ ran }) => ran.length)).toEqual([1, 1]);
    await server.sql('postgres', `drop role ${role}`);
  });
});

/** A migrator that can be killed, from the source. */
function migrateInProcess(address: string, folder: string): ChildProcess {
  const program = `
    const { createJiti } = await import('jiti');
    const { migrateToLatest } = await createJiti(${JSON.stringify(`${packageRoot}/`)}).import(${JSON.stringify(`${packageRoot}/src/migrate/index.ts`)});
    await migrateToLatest({ url: ${JSON.stringify(address)}, folder: ${JSON.stringify(folder)} });`;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: packageRoot,
    stdio: 'inherit',
  });
}

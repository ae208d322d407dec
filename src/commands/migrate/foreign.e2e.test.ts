/** Databases that are not ours to migrate, through the built CLI: each command ends with 78 and has created nothing. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../base/package-root.ts';
import { createMigrationsFolder, type MigrationsFolder } from '../../testing/migrations-folder.ts';
import {
  postgresBinaries,
  postgresMissing,
  startPostgres,
  type TestPostgres,
} from '../../testing/postgres.ts';

const binary = path.join(packageRoot, 'bin/meatymusic.js');
const reason =
  postgresMissing ?? (existsSync(path.join(packageRoot, 'dist/cli.cjs')) ? undefined : 'needs npm run build');

describe.skipIf(reason)(`a database that is not ours${reason ? ` (${reason})` : ''}`, () => {
  let server: TestPostgres;
  let url: string;
  let project: MigrationsFolder;
  let before: unknown;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    url = await server.createDatabase();
    project = await createMigrationsFolder();
    before = await contents();
    return () => project.dispose();
  });

  async function query(sql: string) {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  const contents = () =>
    query(
      `select oid::regclass::text as what from pg_class where relnamespace not in ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace, 'information_schema'::regnamespace)
       union all select nspname from pg_namespace union all select rolname from pg_roles union all select extname from pg_extension order by 1`,
    );

  const meatymusic = (...args: string[]) =>
    new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
      const env = { ...process.env, CI: '', DATABASE_URL: url, NO_COLOR: '1', COLUMNS: '400' };
      execFile(
        process.execPath,
        [binary, '--cwd', project.folder, ...args],
        { env },
        (error, stdout, stderr) => resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr }),
      );
    });

  const alembic = async () => {
    await query(
      "create table alembic_version (version_num varchar(32) primary key); insert into alembic_version values ('1975ea83b712')",
    );
    before = await contents();
  };

  test.each([
    ['up'],
    ['down', '--all'],
    ['redo'],
    ['plan'],
    ['status'],
    ['status', '--check'],
    ['accept', 'foundation', '--reason', 'a test'],
    ['lock'],
    ['types'],
    ['verify'],
  ])('without migrations, migrate %s %s says so and creates nothing', async (...args) => {
    const { exitCode, stdout, stderr } = await meatymusic('migrate', ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' });
    expect(stderr).toContain(
      'no migrations configured: there is no folder migrations/ beside the configuration',
    );
    expect(await contents()).toEqual(before);
    expect(existsSync(path.join(project.folder, 'migrations'))).toBe(false);
  });

  test('the folder migrations/ beside the configuration is the default', async () => {
    mkdirSync(path.join(project.folder, 'migrations'));
    await project.write('migrations/1_a');
    expect(await meatymusic('migrate', 'up')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^applied 1_a .*\nhead 1_a\n$/),
    });
    const { stdout } = await meatymusic('migrate', 'status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ applied: ['1_a'], pending: [], otherTools: [] });
  });

  test('a folder migrations/ of another tool is named, and neither applied nor written to', async () => {
    mkdirSync(path.join(project.folder, 'migrations'));
    writeFileSync(path.join(project.folder, 'migrations/V1__songs.sql'), 'create table song ();');
    for (const args of [['up'], ['lock'], ['create', 'songs'], ['up', '--folder', 'migrations']]) {
      const { exitCode, stderr } = await meatymusic('migrate', ...args);
      expect(exitCode).toBe(78);
      expect(stderr).toMatch(/(belongs to|holds migrations of) Flyway/);
    }
    expect(await contents()).toEqual(before);
    expect(existsSync(path.join(project.folder, 'migrations/migrations.lock.json'))).toBe(false);
  });

  test('a database that another tool migrates is refused with its name and head; status reports it', async () => {
    await alembic();
    mkdirSync(path.join(project.folder, 'migrations'));
    await project.write('migrations/1_a');
    const said = 'migrated by Alembic, at 1975ea83b712 (public.alembic_version)';
    for (const args of [['up'], ['down'], ['redo'], ['plan'], ['accept', '1_a', '--reason', 'a test']]) {
      const { exitCode, stdout, stderr } = await meatymusic('migrate', ...args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' });
      expect(stderr).toContain(said);
      expect(stderr).not.toContain('migrate up');
    }
    expect(await meatymusic('migrate', 'status')).toMatchObject({ exitCode: 0, stdout: `${said}\n` });
    expect(await meatymusic('migrate', 'status', '--check')).toMatchObject({ exitCode: 78 });
    expect(JSON.parse((await meatymusic('migrate', 'status', '--json')).stdout)).toEqual({
      otherTools: [{ tool: 'Alembic', table: 'public.alembic_version', head: '1975ea83b712' }],
      inOrder: false,
    });
    expect(await contents()).toEqual(before);
  });

  test('the checks skip with the reason, and no hint advises to migrate', async () => {
    const verify = async () => {
      const { stdout } = await meatymusic('verify', 'database/*', '--json');
      const { checks } = JSON.parse(stdout) as { checks: { id: string; status: string; reason?: string }[] };
      expect(stdout).not.toContain('migrate up');
      return checks.filter(({ id }) => id.startsWith('database/migrations-'));
    };
    const skipped = (why: string) =>
      ['at-head', 'idempotent'].map((name) =>
        expect.objectContaining({
          id: `database/migrations-${name}`,
          status: 'skip',
          reason: expect.stringContaining(why),
        }),
      );
    writeFileSync(
      path.join(project.folder, 'meatymusic.config.json'),
      JSON.stringify({ runtime: 'external' }),
    );
    expect(await verify()).toEqual(skipped('no migrations configured'));
    await alembic();
    expect(await verify()).toEqual(skipped('migrated by Alembic, at 1975ea83b712'));
    expect(await contents()).toEqual(before);
  });

  test('migrations.command migrates it, and its check decides', async () => {
    await alembic();
    const sql = "update alembic_version set version_num = '2b'";
    const psql = (text: string) => `${postgresBinaries}/psql -X -A -t "$DATABASE_URL" -c "${text}"`;
    writeFileSync(
      path.join(project.folder, 'meatymusic.config.json'),
      JSON.stringify({
        runtime: 'external',
        migrations: {
          command: `echo migrating; ${psql(sql)}`,
          check: `test "$(${psql('select version_num from alembic_version')})" = 2b || { echo pending: 2b; exit 3; }`,
        },
      }),
    );
    const behind = await meatymusic('migrate', 'status', '--check');
    expect(behind).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/at 1975ea83b712.*pending: 2b/s),
    });
    for (const command of ['down', 'redo', 'plan', 'lock'])
      expect(await meatymusic('migrate', command)).toMatchObject({
        exitCode: 78,
        stderr: expect.stringContaining('error[migrated-by-command]'),
      });
    expect(await meatymusic('migrate', 'up')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('migrated by Alembic, at 2b'),
      stderr: expect.stringContaining('migrating\n'),
    });
    expect(await meatymusic('migrate', 'status', '--check')).toMatchObject({ exitCode: 0 });
    expect(await contents()).toEqual(before);
  });

  test('a first up that fails leaves no table behind', async () => {
    mkdirSync(path.join(project.folder, 'migrations'));
    await project.write(
      'migrations/1_a',
      "import { type Kysely, sql } from 'kysely';\nexport async function up(db: Kysely<unknown>) { await sql`create extension nothing`.execute(db); }\n",
    );
    expect(await meatymusic('migrate', 'up')).toMatchObject({ exitCode: 1 });
    expect(await contents()).toEqual(before);
  });
});

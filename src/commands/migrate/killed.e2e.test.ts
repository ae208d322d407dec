/**
 * `meatymusic migrate up` is killed at a random message to a real PostgreSQL. Three times by default; fifty by hand:
 * `MEATYMUSIC_KILLS=50 npx vitest run … commands/migrate/killed`. MEATYMUSIC_SEED repeats a campaign.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { packageRoot } from '../../base/package-root.ts';
import {
  createMigrationsFolder,
  type MigrationsFolder,
  migrationText,
} from '../../testing/migrations-folder.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { startWireProxy } from '../../testing/wire-proxy.ts';

const binary = path.join(packageRoot, 'bin/meatymusic.js');
const reason =
  postgresMissing ?? (existsSync(path.join(packageRoot, 'dist/cli.cjs')) ? undefined : 'needs npm run build');
const kills = Number(process.env.MEATYMUSIC_KILLS ?? 3);
let seed = Number(process.env.MEATYMUSIC_SEED ?? Date.now() % 2 ** 32) >>> 0;

/** The constants of Numerical Recipes; the high bits, because the low ones alternate. */
function below(limit: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * limit);
}

const together = {
  '1_a': migrationText(['create table t_a (id int primary key)', 'select pg_sleep(0.05)']),
  '2_b': migrationText(['create table t_b (id int primary key)', 'insert into t_b values (1)']),
};
const alone = {
  '3_index': migrationText(
    ['drop index concurrently if exists t_b_index', 'create unique index concurrently t_b_index on t_b (id)'],
    [],
    'export const noTransaction = true;',
  ),
  '4_d': migrationText(['create table t_d (id int primary key)', 'insert into t_b values (2)']),
};
const folders: [what: string, Record<string, string>][] = [
  ['one batch', together],
  ['two batches and one migration between them that has no transaction', { ...together, ...alone }],
];

describe.skipIf(reason)(`migrate up, killed${reason ? ` (${reason})` : ''}`, () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  const relations = async (url: string) =>
    (
      await query<{ name: string }>(
        url,
        "select relname::text as name from pg_class where relnamespace = 'public'::regnamespace order by 1",
      )
    ).map(({ name }) => name);

  function migrate(url: string, { folder }: MigrationsFolder) {
    const child = spawn(process.execPath, [binary, 'migrate', 'up', '--folder', folder], {
      cwd: folder,
      env: { ...process.env, CI: '', DATABASE_URL: url, NO_COLOR: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<{ code: number | null; signal: string | null; stderr: string }>((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal, stderr })),
    );
    return { child, ended };
  }

  /** The killed migrator's connection is gone, and with it its transaction and its lock. */
  async function settled(url: string): Promise<void> {
    await awaitUntil(
      async () => {
        const [row] = await query<{ others: number }>(
          url,
          `select count(*)::int as others from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
        );
        return row?.others === 0 ? true : undefined;
      },
      { what: 'the connection of the killed migrator to end', withinMs: 20_000 },
    );
  }

  test.each(folders)(
    '%s: every kill leaves all of a batch or nothing',
    {
      timeout: 60_000 + kills * 30_000,
    },
    async (what, texts) => {
      const migrations = await createMigrationsFolder();
      for (const [name, text] of Object.entries(texts)) await migrations.write(name, text);
      const whole = await server.createDatabase();
      const counter = await startWireProxy(whole);
      expect(await migrate(counter.url, migrations).ended).toMatchObject({ code: 0 });
      const messages = counter.messages();
      await counter.close();
      const wholeRelations = await relations(whole);
      const figures = { nothing: 0, 'some batches': 0, everything: 0 };
      const begun = seed;
      for (let round = 0; round < Math.ceil(kills / 2); round++) {
        const url = await server.createDatabase();
        const moment = 1 + below(messages);
        // The message is lost with the process, or the server still gets it.
        const arrives = below(2) === 1;
        const run = `seed ${begun}, round ${round}, ${arrives ? 'behind' : 'before'} message ${moment} of ${messages}`;
        const proxy = await startWireProxy(url, (number) => {
          if (number >= moment) child.kill('SIGKILL');
          return number < moment || (arrives && number === moment);
        });
        const { child, ended } = migrate(proxy.url, migrations);
        expect((await ended).signal, run).toBe('SIGKILL');
        await proxy.close();
        await settled(url);

        const left = await relations(url);
        const applied = left.includes('kysely_migration')
          ? (await query<{ name: string }>(url, 'select name from kysely_migration order by 1')).map(
              (each) => each.name,
            )
          : [];
        const rows = left.includes('t_b') ? await query(url, 'select id from t_b') : [];
        const done = (name: string) => applied.includes(name);
        expect(
          [left.includes('t_a'), left.includes('t_b'), left.includes('t_d'), rows.length],
          `${run}: tables and history differ`,
        ).toEqual([done('1_a'), done('2_b'), done('4_d'), Number(done('2_b')) + Number(done('4_d'))]);
        expect(done('1_a'), `${run}: half a batch`).toBe(done('2_b'));
        // Nothing is applied: nothing is left, the tables of the history included.
        if (applied.length === 0) expect(left, run).toEqual([]);
        figures[
          applied.length === 0
            ? 'nothing'
            : applied.length < Object.keys(texts).length
              ? 'some batches'
              : 'everything'
        ]++;

        const again = await migrate(url, migrations).ended;
        expect(again, run).toMatchObject({ code: 0 });
        expect(await relations(url), run).toEqual(wholeRelations);
        expect(await query(url, "select from pg_locks where locktype = 'advisory'"), run).toEqual([]);
      }
      await migrations.dispose();
      process.stdout.write(
        `${what}: killed ${Math.ceil(kills / 2)} times (seed ${begun}): ${Object.entries(figures)
          .map(([state, count]) => `${state} ${count}`)
          .join(', ')}; every second run succeeded\n`,
      );
    },
  );
});

/** The migrator behind a real PgBouncer: a pool by transaction is refused before anything is taken, one by session works. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import connects from '../../checks/database/connects.ts';
import migrationsIdempotent from '../../checks/database/migrations-idempotent.ts';
import { createPostgresProbe } from '../probes/postgres.ts';
import { createMigrationsFolder, type MigrationsFolder } from '../testing/migrations-folder.ts';
import { pgbouncerMissing, startPgbouncer } from '../testing/pgbouncer.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { testProbeContext, testStack } from '../testing/probe-context.ts';
import { runCheck } from '../testing/run-check.ts';
import { migrateToLatest, migrationState, readOnlyMigrations } from './index.ts';

const reason = postgresMissing ?? pgbouncerMissing;

describe.skipIf(reason)(`behind PgBouncer${reason ? ` (${reason})` : ''}`, () => {
  let server: TestPostgres;
  let migrations: MigrationsFolder;
  let database: string;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    database = new URL(await server.createDatabase()).pathname.slice(1);
    migrations = await createMigrationsFolder();
    await migrations.write('1_a');
    return () => migrations.dispose();
  });

  const locks = () => server.sql(database, "select count(*) from pg_locks where locktype = 'advisory'");

  async function through(
    mode: Parameters<typeof startPgbouncer>[1],
    work: (options: { url: string; folder: string }) => Promise<void>,
    settings = {},
  ): Promise<void> {
    const pool = await startPgbouncer(server, mode, settings);
    try {
      await work({ url: pool.urlOf(database), folder: migrations.folder });
    } finally {
      await pool.stop();
    }
  }

  test.each([
    ['transaction', {}],
    ['transaction', { default_pool_size: '1' }],
    ['transaction', { min_pool_size: '2', server_round_robin: '1' }],
    ['statement', {}],
  ] as const)('a pool by %s %o is refused with 78, and nothing stays behind', async (mode, settings) => {
    await through(
      mode,
      async (options) => {
        await expect(migrateToLatest(options)).rejects.toMatchObject({
          code: 'transaction-pooler',
          exitCode: 78,
          details: ['nothing was applied'],
          hint: expect.stringContaining('pool_mode = session'),
        });
        expect(await locks()).toBe('0');
        expect((await migrationState(options)).pending).toEqual(['1_a']);
      },
      settings,
    );
  });

  test('with its defaults, checks work, and the second run of the migrations is not judged', async () => {
    const direct = server.urlOf(database);
    await migrateToLatest({ url: direct, folder: migrations.folder });
    await through('transaction', async ({ url, folder }) => {
      const judge = (check: typeof connects | typeof migrationsIdempotent, address = url) => {
        const inFolder = (place: string) => readOnlyMigrations({ url: address, folder: place });
        return runCheck(check, {
          stack: testStack,
          over: { endpoints: { database: { url } }, migrations: { ...inFolder(folder), inFolder } },
        });
      };
      expect(await judge(connects)).toMatchObject({ status: 'pass' });
      expect(await judge(migrationsIdempotent)).toMatchObject({
        status: 'skip',
        reason: expect.stringContaining('transaction-mode pooler'),
        enable: expect.stringContaining('migrations.url'),
      });
      // migrations.url is the address of the server.
      expect(await judge(migrationsIdempotent, direct)).toMatchObject({ status: 'pass' });
    });
  });

  test('the time limit of a statement is set in its transaction, and stays in no connection of the pool', async () => {
    await through(
      'transaction',
      async ({ url }) => {
        const context = testProbeContext({ endpoints: { database: { url } } });
        try {
          const probe = createPostgresProbe(context);
          const show = { sql: 'show statement_timeout' };
          const [row] = (await probe.query(show)).rows;
          expect(row).not.toEqual({ statement_timeout: '0' });
          const outcomes = await probe.session({ steps: [{ sql: 'begin' }, show, { sql: 'commit' }, show] });
          expect(outcomes[1]).not.toMatchObject({ rows: [{ statement_timeout: '0' }] });
          expect(outcomes[3]).toMatchObject({ rows: [{ statement_timeout: '0' }] });
        } finally {
          await context.close();
        }
      },
      { default_pool_size: '1' },
    );
  });

  test.each([{}, { default_pool_size: '1' }])('a pool by session %o works', async (settings) => {
    await through(
      'session',
      async (options) => {
        expect((await migrateToLatest(options)).ran).toHaveLength(1);
        expect((await migrateToLatest(options)).ran).toEqual([]);
      },
      settings,
    );
    expect(await locks()).toBe('0');
  });
});

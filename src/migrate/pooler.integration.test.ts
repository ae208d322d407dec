/** The migrator behind a real PgBouncer: a pool by transaction is refused before anything is taken, one by session works. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMigrationsFolder, type MigrationsFolder } from '../testing/migrations-folder.ts';
import { pgbouncerMissing, startPgbouncer } from '../testing/pgbouncer.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { migrateToLatest, migrationState } from './index.ts';

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

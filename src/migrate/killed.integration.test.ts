/**
 * The migrator is killed at any message of its connection to PostgreSQL: the next `up` continues, and in the end the
 * database is the one that an undisturbed run makes. First every message in turn, by a line that is cut for good (what
 * the server sees of a SIGKILL); then a real SIGKILL, at moments that a fixed seed picks.
 */
import { spawn } from 'node:child_process';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '../base/errors.ts';
import { packageRoot } from '../base/package-root.ts';
import {
  createMigrationsFolder,
  type MigrationsFolder,
  migrationText,
} from '../testing/migrations-folder.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { startWireProxy } from '../testing/wire-proxy.ts';
import { connect } from './connection.ts';
import { migrateToLatest, migrationState } from './index.ts';
import { readSchemaLines } from './schema-lines.ts';

describe.skipIf(postgresMissing)(`killed${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let server: TestPostgres;
  let migrations: MigrationsFolder;
  let undisturbed: Awaited<ReturnType<typeof endState>>;
  let messages: number;

  beforeAll(async () => {
    server = await startPostgres();
    migrations = await createMigrationsFolder();
    await migrations.write('1_a');
    await migrations.write('2_b', migrationText(['create table t_b (id int)', 'insert into t_b values (1)']));
    await migrations.write(
      '3_index',
      migrationText(
        [
          'drop index concurrently if exists t_b_index',
          'create unique index concurrently t_b_index on t_b (id)',
        ],
        [],
        'export const noTransaction = true;',
      ),
    );
    await migrations.write('4_d', migrationText(['create table t_d (id int)', 'insert into t_b values (2)']));
    const url = await server.createDatabase();
    const proxy = await startWireProxy(url);
    await migrateToLatest({ url: proxy.url, folder: migrations.folder });
    messages = proxy.messages();
    await proxy.close();
    undisturbed = await endState(url);
  });
  afterAll(async () => {
    await migrations?.dispose();
    await server?.stop();
  });

  async function endState(url: string) {
    const connection = await connect({ url });
    const rows = await connection.query('select id from t_b order by 1');
    const schema = await readSchemaLines(connection);
    await connection.close();
    const { applied, unfinished, edited, missing } = await migrationState({ url, folder: migrations.folder });
    return { rows, schema, applied, unfinished, edited, missing };
  }

  async function expectToContinue(url: string, moment: string) {
    await migrateToLatest({ url, folder: migrations.folder }).catch((error: unknown) => {
      throw new Error(`killed ${moment}, up does not continue`, { cause: error });
    });
    expect(await endState(url), `killed ${moment}`).toEqual(undisturbed);
  }

  test('at every third message, before or after it is sent: up continues with the same result', {
    timeout: 240_000,
  }, async () => {
    expect(messages).toBeGreaterThan(40);
    const cutAt = async (last: number) => {
      const url = await server.createDatabase();
      // Alternately: the message is lost with the connection, or it arrives and the response is lost.
      const arrives = last % 2 === 0;
      const proxy = await startWireProxy(url, (number) => {
        if (number >= last) setImmediate(() => void proxy.close());
        return number < last || (arrives && number === last);
      });
      const ended = await migrateToLatest({ url: proxy.url, folder: migrations.folder }).catch(
        (error: unknown) => error,
      );
      await proxy.close();
      if (ended instanceof Error) {
        expect(ended).toBeInstanceOf(Fault);
        expect(ended).toMatchObject({ exitCode: 69 });
      }
      await expectToContinue(url, `${arrives ? 'behind' : 'before'} message ${last} of ${messages}`);
    };
    // Four at a time, each in a database of its own. An odd step takes both ways in turn; 1 takes every message.
    const step = process.env.MEATYMUSIC_TEST_EVERY_MESSAGE ? 1 : 3;
    let next = 1;
    const lane = async () => {
      for (let last = next; last <= messages; last = next) {
        next += step;
        await cutAt(last);
      }
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
  });

  test('by SIGKILL, at moments that a seed picks', { timeout: 240_000 }, async () => {
    let seed = 20_260_105;
    const below = (limit: number) => {
      // The constants of Numerical Recipes: the same moments in every run.
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed % limit;
    };
    for (let round = 0; round < 3; round++) {
      const moment = 1 + below(messages);
      const url = await server.createDatabase();
      const proxy = await startWireProxy(url, (number) => {
        if (number >= moment) child.kill('SIGKILL');
        return number < moment;
      });
      const program = `
        const { createJiti } = await import('jiti');
        const { migrateToLatest } = await createJiti(${JSON.stringify(`${packageRoot}/`)}).import(${JSON.stringify(`${packageRoot}/src/migrate/index.ts`)});
        await migrateToLatest({ url: ${JSON.stringify(proxy.url)}, folder: ${JSON.stringify(migrations.folder)} });`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
        cwd: packageRoot,
        stdio: 'inherit',
      });
      const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)));
      await proxy.close();
      expect(signal).toBe('SIGKILL');
      await expectToContinue(url, `by SIGKILL at message ${moment} of ${messages}`);
    }
  });

  test('leaves no lock behind', async () => {
    const client = new pg.Client(server.url);
    await client.connect();
    const { rows } = await client.query("select * from pg_locks where locktype = 'advisory'");
    await client.end();
    expect(rows).toEqual([]);
  });
});

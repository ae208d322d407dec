/** A real PostgreSQL with pgvector in a container of its own, removed afterwards. */
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import { awaitUntil } from '../base/await-until.ts';

const run = promisify(execFile);
const image = process.env.MEATYMUSIC_TEST_PGVECTOR_IMAGE ?? 'pgvector/pgvector:pg16';

/** For `describe.skipIf(...)`: why the tests cannot run here. Never pulls. */
export const pgvectorMissing: string | undefined = findReason();

export interface PgvectorContainer {
  /** Superuser, database `meatymusic`. */
  url: string;
  container: string;
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startPgvectorContainer(): Promise<PgvectorContainer> {
  const name = `meatymusic-test-pgvector-${randomBytes(6).toString('hex')}`;
  const password = 'test-password-1';
  await run('docker', [
    ...[
      'run',
      '--rm',
      '--detach',
      '--name',
      name,
      '--publish',
      '127.0.0.1:0:5432',
      '--tmpfs',
      '/var/lib/postgresql/data',
      // For a tablespace that fills up.
      '--tmpfs',
      '/small:size=1m,mode=1777',
    ],
    ...[
      '--env',
      `POSTGRES_PASSWORD=${password}`,
      '--env',
      'POSTGRES_DB=meatymusic',
      '--label',
      'meatymusic.test=1',
      image,
    ],
  ]);
  const stop = async () => {
    await run('docker', ['rm', '--force', '--volumes', name]).catch(() => {});
  };
  try {
    const { stdout } = await run('docker', ['port', name, '5432/tcp']);
    const port = stdout.trim().split('\n')[0]!.split(':').at(-1)!;
    const urlOf = (database: string) => `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
    const query = async (database: string, sql: string) => {
      const client = new pg.Client({ connectionString: urlOf(database), connectionTimeoutMillis: 2000 });
      client.on('error', () => {});
      await client.connect();
      try {
        await client.query(sql);
      } finally {
        await client.end();
      }
    };
    // The image starts a server for its own set-up first, without TCP.
    await awaitUntil(() => query('meatymusic', 'select 1').then(() => true), {
      what: 'the pgvector container',
      withinMs: 90_000,
    });
    return {
      url: urlOf('meatymusic'),
      container: name,
      async createDatabase(database) {
        await query('meatymusic', `create database "${database}"`);
        return urlOf(database);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function findReason(): string | undefined {
  try {
    execFileSync('docker', ['image', 'inspect', image], { stdio: 'ignore', timeout: 5000 });
    return undefined;
  } catch {
    return `needs a Docker daemon with the image ${image}`;
  }
}

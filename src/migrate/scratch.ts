import { randomBytes } from 'node:crypto';
import { codeOf } from '../base/errors.ts';
import { plainDatabaseUrl } from '../base/postgres-link.ts';
import { connect } from './connection.ts';

/** A temporary empty database, removed after use. */
export interface Scratch {
  url: string;
  /** `PGlite in memory`, `database meatymusic_scratch_1f2e on localhost:5432`. */
  what: string;
  remove(): Promise<void>;
}

/** Creates a database on `serverUrl` (its role needs CREATEDB), or PGlite in memory without one. */
export async function openScratch(serverUrl: string | undefined, signal?: AbortSignal): Promise<Scratch> {
  return serverUrl ? scratchOnServer(serverUrl, signal) : scratchInMemory();
}

async function scratchOnServer(serverUrl: string, signal?: AbortSignal): Promise<Scratch> {
  const name = `meatymusic_scratch_${randomBytes(6).toString('hex')}`;
  const server = await connect({ url: serverUrl, signal });
  try {
    await server.query(`create database ${name} template template0`);
  } catch (error) {
    if (codeOf(error) === '42501') return scratchInMemory();
    throw error;
  } finally {
    await server.close();
  }
  const url = new URL(plainDatabaseUrl(serverUrl));
  const where = url.host;
  url.pathname = `/${name}`;
  return {
    url: url.href,
    what: `database ${name} on ${where}`,
    async remove() {
      // An aborted signal would prevent the clean-up.
      const last = await connect({ url: serverUrl });
      try {
        await last.query(`drop database if exists ${name} with (force)`);
      } finally {
        await last.close();
      }
    },
  };
}

/** Starts PGlite behind a socket on a free port, for the same migrator. */
async function scratchInMemory(): Promise<Scratch> {
  const [{ PGlite }, { vector }, { PGLiteSocketServer }, { createServer }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-pgvector'),
    import('@electric-sql/pglite-socket'),
    import('node:net'),
  ]);
  const port = await new Promise<number>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => resolve(free));
    });
  });
  const db = await PGlite.create({ extensions: { vector } });
  const server = new PGLiteSocketServer({ db, port, host: '127.0.0.1', maxConnections: 10 });
  await server.start();
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    what: 'PGlite in memory',
    async remove() {
      await server.stop();
      await db.close();
    },
  };
}

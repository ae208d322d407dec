import { randomBytes } from 'node:crypto';
import { codeOf } from '../base/errors.ts';
import { plainDatabaseUrl } from '../base/postgres-link.ts';
import { connect } from './connection.ts';

/** A temporary empty database, removed after use. */
export interface Scratch {
  url: string;
  /** `temporary PGlite`, `database meatymusic_scratch_1f2e on localhost:5432`. */
  what: string;
  remove(): Promise<void>;
}

/** Creates a database on `serverUrl` (its role needs CREATEDB), or a temporary PGlite without one. */
export async function openScratch(serverUrl: string | undefined, signal?: AbortSignal): Promise<Scratch> {
  return serverUrl ? scratchOnServer(serverUrl, signal) : scratchHere();
}

async function scratchOnServer(serverUrl: string, signal?: AbortSignal): Promise<Scratch> {
  const name = `meatymusic_scratch_${randomBytes(6).toString('hex')}`;
  const server = await connect({ url: serverUrl, signal });
  try {
    await server.query(`create database ${name} template template0`);
  } catch (error) {
    if (codeOf(error) === '42501') return scratchHere();
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

async function scratchHere(): Promise<Scratch> {
  const { startTemporaryPglite } = await import('../pglite/open.ts');
  const { url, stop } = await startTemporaryPglite();
  return { url, what: 'temporary PGlite', remove: stop };
}

import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { preparedDatabase, preparedFile, unpackPreparedFolder } from './prepared-folder.ts';
import { createWireServer, type WireDatabase } from './wire.ts';

/**
 * Opens the database `name` in `folder`, which is made if it does not exist. An existing folder is complete: a new one
 * gets its name last. Without a prepared file for this version of PGlite, initdb makes the folder in 4 to 5 s.
 */
export async function openFolder(folder: string, name: string, prepared = preparedFile()): Promise<PGlite> {
  // The libraries are loaded while the prepared file is decompressed.
  const [{ PGlite }, { vector }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-pgvector'),
    existsSync(folder) || makeFolder(folder, name, prepared),
  ]);
  // PGlite writes zeros to all shared buffers when it opens: the default of 128 MB costs 0.6 s and 130 MB of memory,
  // which a database with a few tables never uses.
  const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];
  return PGlite.create({ dataDir: folder, database: name, extensions: { vector }, startParams });
}

async function makeFolder(folder: string, name: string, prepared: string): Promise<void> {
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  try {
    await fillFolder(draft, name, prepared);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

async function fillFolder(folder: string, name: string, prepared: string): Promise<void> {
  if (existsSync(prepared)) {
    await unpackPreparedFolder(prepared, folder);
    if (name === preparedDatabase) return;
  }
  const { PGlite } = await import('@electric-sql/pglite');
  const first = await PGlite.create({ dataDir: folder });
  await first.exec(`create database "${name.replaceAll('"', '""')}"`);
  await first.close();
}

/** Returns the database as the wire server uses it. */
export async function wireDatabaseOf(pglite: PGlite): Promise<WireDatabase> {
  const { rows } = await pglite.query<{ server_version: string }>('show server_version');
  return {
    version: rows[0]?.server_version ?? '18',
    exchange: (messages) => pglite.execProtocolRaw(messages),
  };
}

/** A database that is removed when it is stopped, on a free port of 127.0.0.1. */
export interface TemporaryPglite {
  url: string;
  stop(): Promise<void>;
}

/** Starts an empty PGlite with pgvector in this process. */
export async function startTemporaryPglite(): Promise<TemporaryPglite> {
  const parent = mkdtempSync(path.join(tmpdir(), 'meatymusic-database-'));
  try {
    const name = preparedDatabase;
    const pglite = await openFolder(path.join(parent, 'data'), name);
    const database = await wireDatabaseOf(pglite);
    const password = crypto.randomUUID();
    const server = createWireServer({ name, password, database: () => database });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, resolve);
    });
    const { port } = server.address() as AddressInfo;
    return {
      url: `postgresql://postgres:${password}@127.0.0.1:${port}/${name}`,
      async stop() {
        await new Promise((resolve) => server.close(resolve));
        await pglite.close();
        rmSync(parent, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(parent, { recursive: true, force: true });
    throw error;
  }
}

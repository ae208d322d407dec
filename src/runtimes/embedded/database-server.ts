/**
 * The embedded database: PGlite (PostgreSQL in WebAssembly) with pgvector behind a PostgreSQL port of 127.0.0.1.
 * A process of its own, started by the supervisor: `database-server.js <folder> <port> <database name>`.
 */
import { existsSync, realpathSync, renameSync, rmSync } from 'node:fs';
import v8 from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { tryLock } from '../../base/pid-lock.ts';
import { createWireServer } from './database-wire.ts';
import { processLog } from './process-log.ts';

// V8's second, slower compiler costs more processor time in the first minutes than its code ever saves a small database.
v8.setFlagsFromString('--liftoff-only');

const log = processLog('database');
const [folder = '', portText = '', name = 'meatymusic'] = process.argv.slice(2);

process.exitCode = await serve();

async function serve(): Promise<number> {
  const lock = tryLock(`${existsSync(folder) ? realpathSync(folder) : folder}.lock`, 'embedded database');
  if (!lock.acquired) {
    const { pid, since } = lock.holder;
    log('fatal', `data folder in use: ${folder} is held by process ${pid} since ${since}`, {
      code: 'data-folder-in-use',
      holder: pid,
    });
    return ExitCode.unavailable;
  }
  try {
    const database = await open();
    await listen(database);
    return ExitCode.ok;
  } catch (error) {
    log('fatal', messageOf(error), { code: (error as { code?: unknown }).code });
    return ExitCode.unavailable;
  } finally {
    lock.release();
  }
}

/** A folder that is there is complete: a new one gets its name only when all of it is made. */
async function open(): Promise<PGlite> {
  if (!existsSync(folder)) {
    const draft = `${folder}.new`;
    rmSync(draft, { recursive: true, force: true });
    log('info', 'making a new database folder');
    try {
      const first = await PGlite.create({ dataDir: draft });
      await first.exec(`create database "${name.replaceAll('"', '""')}"`);
      await first.close();
      renameSync(draft, folder);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      throw error;
    }
  }
  return PGlite.create({ dataDir: folder, database: name, extensions: { vector } });
}

async function listen(database: PGlite): Promise<void> {
  const { rows } = await database.query<{ server_version: string }>('show server_version');
  let stopping = false;
  const server = createWireServer({
    name,
    version: rows[0]?.server_version ?? '18',
    exchange(messages) {
      if (stopping) throw new Error('the database is shutting down');
      return database.execProtocolRaw(messages);
    },
  });
  const sockets = new Set<import('node:net').Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const stopped = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  server.listen(Number(portText), '127.0.0.1', () => {
    log('info', `accepting connections on 127.0.0.1:${portText}`, { pglite: true });
  });
  await stopped;
  stopping = true;
  server.close();
  for (const socket of sockets) socket.destroy();
  await database.close();
  log('info', 'stopped');
}

/**
 * The embedded database: PGlite (PostgreSQL in WebAssembly) with pgvector behind a PostgreSQL port of 127.0.0.1.
 * A process of its own, started by the supervisor: `database-server.js <folder> <port> <database name>`, with the
 * password of its only user in the environment.
 */
import { existsSync, realpathSync, renameSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import v8 from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { tryLock } from '../../base/pid-lock.ts';
import { processLog } from '../process/process-log.ts';
import { createWireServer, type WireDatabase } from './database-wire.ts';
import { passwordVariable } from './password-variable.ts';

// V8's second, slower compiler costs more processor time in the first minutes than its code ever saves a small database.
v8.setFlagsFromString('--liftoff-only');

const log = processLog('database');
const [folder = '', portText = '', name = 'meatymusic'] = process.argv.slice(2);

process.exitCode = await serve();

async function serve(): Promise<number> {
  const password = process.env[passwordVariable];
  if (!password) {
    log('fatal', `${passwordVariable} is not set`);
    return ExitCode.config;
  }
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
    await run(password);
    return ExitCode.ok;
  } catch (error) {
    log('fatal', messageOf(error), { code: (error as { code?: unknown }).code });
    return ExitCode.unavailable;
  } finally {
    lock.release();
  }
}

/** Takes the port before it opens the database, which takes seconds: until then clients are refused. */
async function run(password: string): Promise<void> {
  let database: WireDatabase | undefined;
  const server = createWireServer({ name, password, database: () => database });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listen(server);
  const pglite = await open();
  const { rows } = await pglite.query<{ server_version: string }>('show server_version');
  let stopping = false;
  database = {
    version: rows[0]?.server_version ?? '18',
    exchange(messages) {
      if (stopping) throw new Error('the database is shutting down');
      return pglite.execProtocolRaw(messages);
    },
  };
  log('info', `accepting connections on 127.0.0.1:${portText}`, { pglite: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  stopping = true;
  server.close();
  for (const socket of sockets) socket.destroy();
  await pglite.close();
  log('info', 'stopped');
}

async function listen(server: Server): Promise<void> {
  const port = Number(portText);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
  });
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

/**
 * The embedded database: PGlite (PostgreSQL in WebAssembly) with pgvector behind a PostgreSQL port of 127.0.0.1.
 * A process of its own, started by the supervisor: `database-server.js <folder> <port> <database name>`, with the
 * password of its only user in the environment.
 */
import { existsSync, realpathSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { tryLock } from '../../base/pid-lock.ts';
import { openFolder, wireDatabaseOf } from '../../pglite/open.ts';
import { createWireServer, type WireDatabase } from '../../pglite/wire.ts';
import { processLog } from '../process/process-log.ts';
import { passwordVariable } from './password-variable.ts';

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
  if (!existsSync(folder)) log('info', 'making a new database folder');
  const pglite = await openFolder(folder, name);
  const opened = await wireDatabaseOf(pglite);
  let stopping = false;
  database = {
    ...opened,
    exchange(messages) {
      if (stopping) throw new Error('the database is shutting down');
      return opened.exchange(messages);
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

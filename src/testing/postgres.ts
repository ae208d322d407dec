/**
 * A real PostgreSQL for one test file, thrown away afterwards: a folder of its own, a free port, no fsync.
 *
 *     const postgres = await startPostgres();
 *     const url = await postgres.createDatabase();
 *     await postgres.stop();
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { awaitUntil } from '../base/await-until.ts';
import { createOnce } from './create-once.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
const folders = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];

/** Folder of `initdb` and `postgres`, newest version first; `undefined` where there is none. */
export const postgresBinaries: string | undefined = findBinaries();

/** For `describe.skipIf(...)`: why the tests cannot run here. */
export const postgresMissing: string | undefined = postgresBinaries
  ? undefined
  : 'needs the PostgreSQL server binaries (apt-get install postgresql)';

export interface TestPostgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The superuser's address of the database `postgres`. */
  readonly url: string;
  readonly folder: string;
  /** Process of the postmaster, for signals: SIGSTOP, SIGKILL. */
  readonly pid: number;
  /** Log so far. */
  log(): string;
  /** Returns the address of a database, by default for the superuser. */
  urlOf(database: string, user?: { name: string; password: string }): string;
  /** A new, empty database; resolves to the superuser's address of it. */
  createDatabase(name?: string): Promise<string>;
  /** Through psql, as the superuser. */
  sql(database: string, text: string): Promise<string>;
  /** Stops and starts again with the same folder and port. */
  restart(): Promise<void>;
  /** Stops it and keeps the folder. */
  halt(): Promise<void>;
  /** Stops it at once and removes the folder. Idempotent. */
  stop(): Promise<void>;
}

export interface TestPostgresOptions {
  /** Lines of postgresql.conf: `{ max_connections: '5' }`. */
  settings?: Record<string, string>;
}

export async function startPostgres({ settings = {} }: TestPostgresOptions = {}): Promise<TestPostgres> {
  if (!postgresBinaries) throw new Error(postgresMissing);
  const bin = (name: string) => path.join(postgresBinaries, name);
  const folder = await mkdtemp(path.join(tmpdir(), 'meatymusic-postgres-'));
  const identity = ordinaryUser();
  const password = 'test-password-1';
  const passwordFile = path.join(folder, 'password');
  const data = path.join(folder, 'data');
  const logFile = path.join(folder, 'log');
  writeFileSync(passwordFile, `${password}\n`);
  writeFileSync(logFile, '');
  const { uid, gid } = identity;
  if (uid !== undefined && gid !== undefined) {
    for (const owned of [folder, passwordFile, logFile]) chownSync(owned, uid, gid);
  }
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile];
  await createOnce('postgres', data, () =>
    run(bin('initdb'), [...initdb, '-E', 'UTF8', '--locale=C', '--no-sync'], { ...identity, cwd: folder }),
  );

  const port = await freePort();
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    shared_buffers: '16MB',
    client_connection_check_interval: '100ms',
    ...settings,
  };
  let child: ChildProcess | undefined;
  const log = () => readFileSync(logFile, 'utf8');
  const onExit = () => {
    child?.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', onExit);

  const urlOf: TestPostgres['urlOf'] = (database, user = { name: 'postgres', password }) =>
    `postgresql://${user.name}:${encodeURIComponent(user.password)}@127.0.0.1:${port}/${database}`;
  const psql = async (database: string, text: string) => {
    const { stdout } = await run(
      bin('psql'),
      ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', urlOf(database), '-c', text],
      { env: { ...process.env, PGCONNECT_TIMEOUT: '5' } },
    );
    return stdout.trim();
  };
  const launch = async () => {
    const from = log().length;
    const started = spawn(
      '/bin/sh',
      [
        '-c',
        'exec "$0" "$@" >>"$LOG" 2>&1',
        bin('postgres'),
        '-D',
        data,
        ...Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
      ],
      {
        ...identity,
        cwd: folder,
        stdio: 'ignore',
        env: { ...process.env, LOG: logFile },
      },
    );
    child = started;
    await awaitUntil(
      () => {
        if (started.exitCode !== null) return 'exited';
        return log().includes('ready to accept connections', from) ? 'ready' : undefined;
      },
      { what: 'PostgreSQL to start', withinMs: 60_000 },
    ).then((state) => {
      if (state === 'exited') throw new Error(`PostgreSQL did not start:\n${log()}`);
    });
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    ending.kill('SIGCONT');
    ending.kill(signal);
    await gone;
  };
  const stop = async () => {
    await end('SIGQUIT');
    process.off('exit', onExit);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  try {
    await launch();
  } catch (error) {
    await stop();
    throw error;
  }

  let databases = 0;
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    url: urlOf('postgres'),
    folder,
    get pid() {
      return child?.pid ?? 0;
    },
    log,
    urlOf,
    async createDatabase(name = `test_${++databases}`) {
      await psql('postgres', `create database "${name}"`);
      return urlOf(name);
    },
    sql: psql,
    async restart() {
      await end('SIGINT');
      await launch();
    },
    halt: () => end('SIGINT'),
    stop,
  };
}

function findBinaries(): string | undefined {
  for (const folder of folders.filter((name) => existsSync(name))) {
    const candidates = readdirSync(folder)
      .filter((name) => /^(postgresql@)?\d+$/.test(name))
      .sort((a, b) => Number(b.replace(/\D/g, '')) - Number(a.replace(/\D/g, '')))
      .map((name) => path.join(folder, name, 'bin'));
    const found = candidates.find((bin) => existsSync(path.join(bin, 'initdb')));
    if (found) return found;
  }
  return undefined;
}

/** Returns the user for PostgreSQL, which refuses to run as root: `postgres`, else an unprivileged user. */
function ordinaryUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = users.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return {};
}

/** A real PgBouncer in front of a test's PostgreSQL. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { awaitUntil } from '../base/await-until.ts';
import { freePort } from './free-port.ts';
import type { TestPostgres } from './postgres.ts';

/** For `describe.skipIf(...)`: why the tests cannot run here. */
export const pgbouncerMissing: string | undefined = isInstalled()
  ? undefined
  : 'needs pgbouncer (apt-get install pgbouncer)';

export interface TestPgbouncer {
  /** The same database, through the pool. */
  urlOf(database: string): string;
  stop(): Promise<void>;
}

export async function startPgbouncer(
  server: TestPostgres,
  mode: 'session' | 'transaction' | 'statement',
  settings: Record<string, string> = {},
): Promise<TestPgbouncer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meatymusic-pgbouncer-'));
  const port = await freePort();
  const users = path.join(folder, 'users.txt');
  writeFileSync(users, `"${server.user}" "${server.password}"\n`);
  const file = path.join(folder, 'pgbouncer.ini');
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    pool_mode: mode,
    ...settings,
  };
  writeFileSync(
    file,
    [
      '[databases]',
      `* = host=${server.host} port=${server.port}`,
      '[pgbouncer]',
      ...Object.entries(all).map(([key, value]) => `${key} = ${value}`),
      '',
    ].join('\n'),
  );
  // It refuses to run as root, and reads its files as the other user.
  for (const [each, rights] of [
    [folder, 0o755],
    [file, 0o644],
    [users, 0o644],
  ] as const)
    chmodSync(each, rights);
  const asOtherUser = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', ['-q', ...asOtherUser, file], { stdio: 'ignore' });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      child.kill('SIGTERM');
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await awaitUntil(() => answers(port), { what: 'PgBouncer to listen', withinMs: 10_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    urlOf: (database) =>
      `postgresql://${server.user}:${encodeURIComponent(server.password)}@127.0.0.1:${port}/${database}`,
    stop,
  };
}

function answers(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}

function isInstalled(): boolean {
  try {
    execFileSync('pgbouncer', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

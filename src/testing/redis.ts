/** A real redis-server for one test file, thrown away afterwards: no persistence, a free port. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { awaitUntil } from '../base/await-until.ts';
import { freePort } from './free-port.ts';

/** `redis-server` or `valkey-server`; `undefined` where neither is on the PATH. */
export const redisBinary: string | undefined = ['redis-server', 'valkey-server'].find((name) => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** For `describe.skipIf(...)`: why the tests cannot run here. */
export const redisMissing: string | undefined = redisBinary
  ? undefined
  : 'needs redis-server or valkey-server on the PATH';

export interface TestRedis {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** For signals: SIGSTOP, SIGKILL. */
  readonly pid: number;
  log(): string;
  /** Stops it and keeps the port for `start`. */
  halt(): Promise<void>;
  start(): Promise<void>;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface TestRedisOptions {
  /** Further arguments: `['--requirepass', 'secret']`. */
  args?: string[];
}

export async function startRedis({ args = [] }: TestRedisOptions = {}): Promise<TestRedis> {
  if (!redisBinary) throw new Error(redisMissing);
  const binary = redisBinary;
  const folder = await mkdtemp(path.join(tmpdir(), 'meatymusic-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  let output = '';
  const onExit = () => {
    child?.kill('SIGKILL');
  };
  process.once('exit', onExit);

  const start = async () => {
    const started = spawn(
      binary,
      [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        '--save',
        '',
        '--appendonly',
        'no',
        ...args,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child = started;
    started.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    started.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    const state = await awaitUntil(
      async () => (started.exitCode !== null ? 'exited' : (await accepts(port)) ? 'ready' : undefined),
      { what: 'Redis to start', withinMs: 30_000 },
    );
    if (state === 'exited') throw new Error(`Redis did not start:\n${output}`);
  };
  const halt = async () => {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    ending.kill('SIGKILL');
    await gone;
  };
  const stop = async () => {
    await halt();
    process.off('exit', onExit);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host: '127.0.0.1',
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child?.pid ?? 0;
    },
    log: () => output,
    halt,
    start,
    stop,
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

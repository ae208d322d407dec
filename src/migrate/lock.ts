import { tmpdir } from 'node:os';
import path from 'node:path';
import { AwaitTimeout, awaitUntil } from '../base/await-until.ts';
import { formatDuration } from '../base/duration.ts';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { type LockHolder, tryLock } from '../base/pid-lock.ts';
import { safeLine } from '../base/safe-text.ts';
import type { Connection } from './connection.ts';
import { announcedPid, refuseTransactionPooler } from './pooler.ts';

/** Key of Kysely, so that its Migrator and this one exclude each other. */
const lockKey = 3853314791062309107n;

/** For a second run by a check: shorter than the time of the check, so that a verdict names the holder of the lock. */
export const secondRunLockMs = 10_000;

export interface LockOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Called once with the holder if the lock is taken. */
  onWait?: ((holder: string) => void) | undefined;
}

/** Facts about the server of a connection. */
export interface Backend {
  pid: number;
  /** True if all connections share one session, where advisory locks have no effect. */
  isPglite: boolean;
}

/**
 * Takes an advisory lock of the session, which ends with the connection. Polls instead of waiting in the server, because
 * a waiting statement would block CREATE INDEX CONCURRENTLY. Takes none with PGlite, where it has no effect.
 */
export async function takeAdvisoryLock(
  connection: Connection,
  { url, ...options }: LockOptions & { url: string },
): Promise<Backend> {
  // One round trip if the lock is free. Poolers are detected first, because the lock could remain in the pool.
  const [first] = await connection.query<{ pid: number; pglite: boolean; taken: boolean | null }>(
    `select pid, pglite, case when not pglite and pid = $2 then pg_try_advisory_lock($1) end as taken
       from (select pg_backend_pid() as pid, version() ~* 'emscripten|wasm' as pglite) as backend`,
    [lockKey, announcedPid(connection)],
  );
  const { pid, pglite: isPglite, taken } = first!;
  if (taken || isPglite) return { pid, isPglite };
  if (taken === null) await refuseTransactionPooler(connection, { url, pid, signal: options.signal });
  await obtain(options, 'select pg_terminate_backend(pid)', async () => {
    const [row] = await connection.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      lockKey,
    ]);
    return row!.taken ? undefined : advisoryLockHolder(connection);
  });
  return { pid, isPglite };
}

/** Halves of the key, as pg_locks shows a key of 64 bits. */
export const lockKeyParts = [String(lockKey >> 32n), String(lockKey & 0xffffffffn)];

async function advisoryLockHolder(connection: Connection): Promise<string> {
  const [holder] = await connection.query<{
    pid: number;
    name: string | null;
    seconds: number | null;
    state: string | null;
  }>(
    `select a.pid, a.application_name as name, a.state,
            extract(epoch from clock_timestamp() - a.backend_start)::float8 as seconds
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.classid = $1::oid and l.objid = $2::oid
        and l.database = (select oid from pg_database where datname = current_database())`,
    lockKeyParts,
  );
  if (!holder) return 'a session that ended just now';
  const age =
    holder.seconds === null ? 'age unknown' : `connected for ${formatDuration(holder.seconds * 1000)}`;
  return `pid ${holder.pid}, application "${safeLine(holder.name ?? '', 80)}", ${age}${holder.state ? `, ${holder.state}` : ''}`;
}

/**
 * Takes a lock file with the PID of the holder, for PGlite, where advisory locks have no effect. Takes over the lock of a
 * process that has died. Resolves to the function that releases it.
 */
export async function takeFileLock(file: string, options: LockOptions): Promise<() => void> {
  let release = () => {};
  await obtain(options, 'kill pid', async () => {
    const attempt = tryLock(file, 'meatymusic migrate');
    if (!attempt.acquired) return describeHolder(attempt.holder);
    release = attempt.release;
    return undefined;
  });
  return release;
}

/** Returns the lock file where no state folder is known: one per address, shared by all projects of this machine. */
export function fileLockInTemp(host: string, port: number, database: string): string {
  const name = `${host}-${port}-${database}`.replace(/[^\w.-]/g, '_');
  return path.join(tmpdir(), `meatymusic-migrate-${name}.lock`);
}

function describeHolder({ pid, what, since }: LockHolder): string {
  const ageMs = Date.now() - Date.parse(since);
  const age = Number.isNaN(ageMs) ? 'age unknown' : `since ${formatDuration(Math.max(0, ageMs))}`;
  return `pid ${pid}, application "${safeLine(what, 80)}", ${age}`;
}

/** Polls until the lock is free (`undefined`) or the time limit passes (its holder). `end` is the way to end the holder. */
async function obtain(
  { timeoutMs, signal, onWait }: LockOptions,
  end: string,
  attempt: () => Promise<string | undefined>,
): Promise<void> {
  let holder: string | undefined;
  let failure: unknown;
  try {
    await awaitUntil(
      async (number) => {
        try {
          holder = await attempt();
        } catch (error) {
          failure = error;
          return true;
        }
        if (holder !== undefined && number === 1) onWait?.(holder);
        return holder === undefined ? true : undefined;
      },
      { what: 'the lock', withinMs: timeoutMs, intervalMs: 30, maxIntervalMs: 300, signal },
    );
  } catch (error) {
    if (!(error instanceof AwaitTimeout)) throw error;
    throw new Fault({
      code: 'migration-locked',
      message: `another migrator holds the lock: ${holder}; waited ${formatDuration(timeoutMs)}`,
      hint: `wait for it, or end it (${end}); --lock-timeout waits longer`,
      exitCode: ExitCode.locked,
    });
  }
  if (failure !== undefined) throw failure;
}

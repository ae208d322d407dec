import { awaitUntil } from '../base/await-until.ts';
import { formatDuration } from '../base/duration.ts';
import { codeOf, Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { asLoss, type Connection, connect } from './connection.ts';
import { type Backend, fileLockInTemp, lockKeyParts, takeAdvisoryLock, takeFileLock } from './lock.ts';
import { transactionPooler } from './pooler.ts';

export type MigrateEvent =
  | { type: 'waiting'; holder: string }
  | { type: 'start'; name: string; direction: 'up' | 'down' }
  | { type: 'done'; name: string; direction: 'up' | 'down'; durationMs: number }
  | { type: 'notice'; message: string };

export interface DatabaseTarget {
  /** Address of the database, credentials included. */
  url: string;
  /** Schema of Kysely's history tables. Default `public`. */
  schema?: string;
}

export interface SessionOptions extends DatabaseTarget {
  /** How long to wait for another migrator. Default 30 s. */
  lockTimeoutMs?: number;
  /** Longest time of a batch, loading included. Default 5 min. */
  timeoutMs?: number;
  /** Pid file that stands for the lock with PGlite. Taken before the connection is made; default: one in the temporary folder. */
  pidFile?: string | undefined;
  signal?: AbortSignal | undefined;
  onEvent?: ((event: MigrateEvent) => void) | undefined;
}

/**
 * Connects, takes the lock, and hands both over; lets go of them whatever happens. `work` has `timeoutMs`: a migration
 * that never settles ends with 124, and its transaction is rolled back before that is said.
 */
export async function withMigrationLock<T>(
  options: SessionOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { lockTimeoutMs = 30_000, timeoutMs = 300_000, signal, onEvent } = options;
  const lock = {
    timeoutMs: lockTimeoutMs,
    signal,
    onWait: (holder: string) => onEvent?.({ type: 'waiting', holder }),
  };
  let release = options.pidFile ? await takeFileLock(options.pidFile, lock) : undefined;
  let connection: Connection | undefined;
  try {
    connection = await connect({ url: options.url, signal });
    const { url } = options;
    const backend = await takeAdvisoryLock(connection, { ...lock, url });
    if (backend.isPglite) {
      const { host, port, database } = connection.client;
      release ??= await takeFileLock(fileLockInTemp(host, port, database ?? ''), lock);
    } else {
      await requireLockHeld(connection, backend);
      await noticeLostClients(connection);
    }
    return await withinTime(connection, { timeoutMs, signal, url, onEvent, backend }, work);
  } catch (error) {
    throw connection && error !== signal?.reason ? asLoss(connection, error, options.url) : error;
  } finally {
    await connection?.close();
    release?.();
  }
}

/** The next statement still has the lock's backend; a pooler that passes for the server itself shows here. */
async function requireLockHeld(connection: Connection, { pid }: Backend): Promise<void> {
  const [row] = await connection.query<{ held: boolean }>(
    `select pg_backend_pid() = $3 and exists (
       select from pg_locks where locktype = 'advisory' and pid = $3 and granted and objsubid = 1
          and classid = $1::oid and objid = $2::oid) as held`,
    [...lockKeyParts, pid],
  );
  if (!row!.held) throw transactionPooler();
}

/** A killed migrator's statement ends within 0.1 s instead of running on; the next migrator waits no longer than that. */
async function noticeLostClients(connection: Connection): Promise<void> {
  // Before PostgreSQL 14, and on systems that cannot tell, there is no such setting.
  await connection.query("set client_connection_check_interval = '100ms'").catch(() => {});
}

async function withinTime<T>(
  connection: Connection,
  {
    timeoutMs,
    signal,
    url,
    onEvent,
    backend,
  }: Pick<SessionOptions, 'signal' | 'url' | 'onEvent'> & { timeoutMs: number; backend: Backend },
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const cut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new Fault({
          code: 'migration-timeout',
          message: `the migrations did not end within ${formatDuration(timeoutMs)}`,
          hint: 'does a migration await something that never happens? migrations.timeout gives more time',
          exitCode: ExitCode.deadline,
        }),
      );
    }, timeoutMs);
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
  const working = work(connection);
  try {
    return await Promise.race([working, cut]);
  } catch (error) {
    const cutShort = error === signal?.reason || codeOf(error) === 'migration-timeout';
    if (!cutShort) throw error;
    // What it still tries on the destroyed connection fails, and nobody waits for it.
    working.catch(() => {});
    const line = await endBackend(connection, backend, url);
    // An interruption is told as what it is; what became of the transaction goes beside it.
    if (error === signal?.reason) onEvent?.({ type: 'notice', message: line });
    else if (error instanceof Fault) throw new Fault({ ...faultDetails(error), details: [line] });
    throw error;
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

/** Ends the backend and waits until it is gone: then, and not before, the transaction is rolled back for sure. */
async function endBackend(connection: Connection, { pid, isPglite }: Backend, url: string): Promise<string> {
  if (!connection.busy()) {
    const done = connection.query('rollback').then(
      () => true,
      () => false,
    );
    const late = new Promise<false>((resolve) => setTimeout(resolve, 1000, false).unref());
    if (await Promise.race([done, late])) {
      connection.destroy();
      return 'the open transaction was rolled back';
    }
  }
  connection.destroy();
  const unsure = 'the connection was closed; the server rolls the open transaction back';
  if (isPglite) return unsure;
  let second: Connection | undefined;
  try {
    second = await connect({ url, timeoutMs: 2000 });
    await second.query('select pg_terminate_backend($1)', [pid]);
    // Its locks go when its transaction is over.
    const watcher = second;
    await awaitUntil(
      async () => {
        const [row] = await watcher.query<{ locks: number }>(
          'select count(*)::int as locks from pg_locks where pid = $1',
          [pid],
        );
        return row?.locks === 0 ? true : undefined;
      },
      { what: 'the backend to end', withinMs: 2000 },
    );
    return 'the open transaction was rolled back';
  } catch {
    return unsure;
  } finally {
    await second?.close();
  }
}

function faultDetails({ code, message, hint, exitCode, details, cause }: Fault) {
  return {
    code,
    message,
    exitCode,
    details,
    ...(hint ? { hint } : {}),
    ...(cause === undefined ? {} : { cause }),
  };
}

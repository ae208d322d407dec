import { awaitUntil } from '../base/await-until.ts';
import { formatDuration } from '../base/duration.ts';
import { codeOf, Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { watchBlockers } from './blockers.ts';
import { asLoss, type Connection, connect } from './connection.ts';
import { type Backend, fileLockInTemp, lockKeyParts, takeAdvisoryLock, takeFileLock } from './lock.ts';
import { transactionPooler } from './pooler.ts';

export type MigrateEvent =
  | { type: 'waiting'; holder: string }
  /** A statement waits for a lock of these sessions. */
  | { type: 'blocked'; by: string }
  | { type: 'start'; name: string; direction: 'up' | 'down' }
  | { type: 'done'; name: string; direction: 'up' | 'down'; durationMs: number }
  | { type: 'notice'; message: string };

export interface DatabaseTarget {
  /** Address of the database, credentials included. */
  url: string;
  /** Schema of the history tables of Kysely. Default: `public`. */
  schema?: string;
}

export interface SessionOptions extends DatabaseTarget {
  /** Time to wait for another migrator. Default: 30 s. */
  lockTimeoutMs?: number;
  /** Time limit of a batch, loading included. Default: 5 min. */
  timeoutMs?: number;
  /** Lock file for PGlite, taken before connecting. Default: one in the temporary folder. */
  pidFile?: string | undefined;
  signal?: AbortSignal | undefined;
  onEvent?: ((event: MigrateEvent) => void) | undefined;
}

/**
 * Connects, takes the lock, runs `work` and releases both. A migration that does not settle within `timeoutMs` ends with
 * exit code 124, after its transaction was rolled back.
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

/** Throws if a statement runs on another backend than the lock, which reveals a pooler that imitates a server. */
async function requireLockHeld(connection: Connection, { pid }: Backend): Promise<void> {
  const [row] = await connection.query<{ held: boolean }>(
    `select pg_backend_pid() = $3 and exists (
       select from pg_locks where locktype = 'advisory' and pid = $3 and granted and objsubid = 1
          and classid = $1::oid and objid = $2::oid) as held`,
    [...lockKeyParts, pid],
  );
  if (!row!.held) throw transactionPooler();
}

/** Makes the server end the statement of a killed migrator within 0.1 s, so that the next migrator does not wait. */
async function noticeLostClients(connection: Connection): Promise<void> {
  // PostgreSQL before 14 and some systems do not support this setting.
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
  const blockers = backend.isPglite
    ? undefined
    : watchBlockers({
        url,
        pid: backend.pid,
        onBlocked: (by) => onEvent?.({ type: 'blocked', by }),
      });
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const cut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const looked = blockers?.look() ?? Promise.resolve(undefined);
      void looked.then((blocker) => reject(tooLate(timeoutMs, blocker)));
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
    if (!cutShort) throw withBlocker(error, blockers?.last());
    // Its later statements fail on the destroyed connection; the result is not awaited.
    working.catch(() => {});
    const line = await endBackend(connection, backend, url);
    // The interruption is reported with its own reason, and the outcome of the transaction as a notice.
    if (error === signal?.reason) onEvent?.({ type: 'notice', message: line });
    else if (error instanceof Fault) throw new Fault({ ...faultDetails(error), details: [line] });
    throw error;
  } finally {
    blockers?.stop();
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

function tooLate(timeoutMs: number, blocker: string | undefined): Fault {
  const message = `the migrations did not end within ${formatDuration(timeoutMs)}`;
  return new Fault({
    code: 'migration-timeout',
    message: blocker ? `${message}: a statement waits for a lock of ${blocker}` : message,
    hint: blocker
      ? 'end that session: select pg_terminate_backend(<pid>); then run the same command again'
      : 'does a migration await something that never happens? migrations.timeout gives more time',
    exitCode: ExitCode.deadline,
  });
}

/** Adds the session that held the lock to the failure of a statement that `lock_timeout` ended. */
function withBlocker(error: unknown, blocker: string | undefined): unknown {
  if (!blocker || !(error instanceof Fault) || codeOf(error.cause) !== '55P03') return error;
  return new Fault({
    ...faultDetails(error),
    details: [...error.details, `it waited for a lock of ${blocker}`],
  });
}

/** Terminates the backend and waits until it has ended, which guarantees that the transaction was rolled back. */
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
    // Its locks are released when its transaction ends.
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

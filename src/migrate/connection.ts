import '../base/node-navigator.ts';
import { hostname } from 'node:os';
import type pg from 'pg';
import { formatDuration } from '../base/duration.ts';
import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { FaultCode } from '../base/fault-codes.ts';
import {
  closeLink,
  destroyLink,
  guardLink,
  leaveLink,
  plainDatabaseUrl,
  refuseClearTextPassword,
} from '../base/postgres-link.ts';
import { maskUrl } from '../base/secret-places.ts';

/** A migration may read all data; a message of PostgreSQL is at most 1 GiB. */
const limits = {
  messageBytes: 2 ** 30,
  totalBytes: Number.POSITIVE_INFINITY,
  messages: Number.POSITIVE_INFINITY,
};

/** One reserved connection, which holds the lock, the transaction and the session of the history. */
export interface Connection {
  readonly client: pg.Client;
  query<Row extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** True while a statement is running. */
  busy(): boolean;
  /** True once the socket is closed, by either side. */
  lost(): boolean;
  /** Resolves once the server has closed the connection and released the lock. */
  close(): Promise<void>;
  /** Closes a read-only connection without waiting for the server. */
  leave(): void;
  /** Closes the connection immediately; the server rolls back an open transaction. */
  destroy(): void;
}

export interface ConnectOptions {
  url: string;
  signal?: AbortSignal | undefined;
  /** Default: 10 s. */
  timeoutMs?: number;
}

/** Connects, or rejects with a Fault that has a next step. */
export async function connect({ url, signal, timeoutMs = 10_000 }: ConnectOptions): Promise<Connection> {
  signal?.throwIfAborted();
  const { default: postgres } = await import('pg');
  let client: pg.Client;
  try {
    client = new postgres.Client({
      connectionString: plainDatabaseUrl(url),
      connectionTimeoutMillis: timeoutMs,
      application_name: `meatymusic migrate ${hostname()}:${process.pid}`.slice(0, 63),
    });
  } catch (error) {
    // The error of the library contains the whole address.
    throw new Fault({
      code: 'database-url',
      message: `the address of the database is not a URL that PostgreSQL understands (${codeOf(error) ?? 'invalid'})`,
      hint: 'set DATABASE_URL to postgresql://user:password@host:5432/database',
      exitCode: ExitCode.config,
    });
  }
  // Without a listener a connection that breaks while idle would end the process.
  client.on('error', () => {});
  let running = 0;
  const query = async <Row extends object>(sql: string, values?: unknown[]): Promise<Row[]> => {
    running++;
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      running--;
    }
  };
  const onAbort = () => destroyLink(client);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const connected = client.connect();
    refuseClearTextPassword(client);
    guardLink(client, limits);
    await connected;
    return {
      client,
      query,
      busy: () => running > 0,
      lost: () => isDestroyed(client),
      close: () => closeLink(client),
      leave: () => leaveLink(client),
      destroy: () => destroyLink(client),
    };
  } catch (error) {
    destroyLink(client);
    signal?.throwIfAborted();
    throw connectionFault(error, url);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Connects to read the database; an interruption or a server that does not respond ends the connection. */
export async function withConnection<T>(
  { silenceMs = 60_000, ...options }: ConnectOptions & { silenceMs?: number },
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { url, signal } = options;
  const connection = await connect(options);
  let silent = false;
  const timer = setTimeout(() => {
    silent = true;
    connection.destroy();
  }, silenceMs);
  signal?.addEventListener('abort', connection.destroy, { once: true });
  try {
    return await work(connection);
  } catch (error) {
    signal?.throwIfAborted();
    const cause = silent ? new Error(`no answer within ${formatDuration(silenceMs)}`) : error;
    throw asLoss(connection, cause, url);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', connection.destroy);
    connection.leave();
  }
}

/** Returns the error, or its meaning if the connection broke during a statement. */
export function asLoss(connection: Connection, error: unknown, url: string): unknown {
  if (error instanceof Fault || !connection.lost()) return error;
  return new Fault({
    code: 'database-lost',
    message: `the connection to ${maskUrl(plainDatabaseUrl(url))} was lost: ${messageOf(error)}`,
    hint: 'see the log of the database: meatymusic logs database',
    exitCode: ExitCode.unavailable,
    cause: error,
  });
}

function isDestroyed(client: unknown): boolean {
  return (client as { connection: { stream: { destroyed: boolean } } }).connection.stream.destroyed;
}

/** Returns the Fault (69) of a connection that failed or was refused. */
export function connectionFault(error: unknown, url: string): Fault {
  const code = codeOf(error) ?? addressCodes(error)[0] ?? 'no answer';
  const address = maskUrl(plainDatabaseUrl(url));
  const known: Record<string, [code: FaultCode, hint: string]> = {
    '28P01': ['database-refused', 'check user and password in DATABASE_URL'],
    '28000': ['database-refused', 'check user and host against pg_hba.conf'],
    '3D000': ['database-missing', 'create it: createdb, or POSTGRES_DB for a container'],
    '53300': ['too-many-connections', 'close other clients, or raise max_connections'],
    '57P03': ['database-starting', 'wait until it is up: meatymusic status'],
    CLEARTEXT_PASSWORD_REFUSED: [
      'password-in-clear',
      'is this your database server? Use TLS: ?sslmode=verify-full',
    ],
  };
  const [faultCode, hint] = known[code] ?? [
    'database-unreachable',
    'is it running? meatymusic up, or meatymusic status',
  ];
  return new Fault({
    code: faultCode,
    message: `cannot connect to ${address}: ${messageOf(error)} (${code})`,
    hint,
    exitCode: ExitCode.unavailable,
    cause: error,
  });
}

function addressCodes(error: unknown): string[] {
  return error instanceof AggregateError ? error.errors.flatMap((each) => codeOf(each) ?? []) : [];
}

import type { EventEmitter } from 'node:events';
import { guardStream } from './guard-stream.ts';
import { inspectPostgres, type PostgresLimits } from './postgres-frames.ts';

/** What both rooms that talk to PostgreSQL need around a client of `pg`; structural, so that base needs no `pg`. */

interface LinkClient {
  ssl?: unknown;
  connection: {
    stream: EventEmitter & { destroy(error?: Error): unknown };
    prependListener(event: string, listener: () => void): unknown;
  };
  end(): Promise<void>;
  unref(): void;
}

/** `postgresql+asyncpg://…`, as other languages write it, without the driver. Other texts come back as they are. */
export function plainDatabaseUrl(url: string): string {
  return url.replace(/^postgres(?:ql)?\+[a-z0-9_]+:/i, 'postgresql:');
}

/**
 * A server that asks for the password in clear, over a line that everybody can read, does not get it: the socket is
 * destroyed before the answer. Call it after `connect()` has begun, so that this listener comes first.
 */
export function refuseClearTextPassword(client: unknown): void {
  const { connection, ssl } = client as LinkClient;
  if (ssl) return;
  connection.prependListener('authenticationCleartextPassword', () => {
    const refusal = new Error(
      'the server asks for the password in clear text on an unencrypted connection; it was not sent',
    );
    connection.stream.destroy(Object.assign(refusal, { code: 'CLEARTEXT_PASSWORD_REFUSED' }));
  });
}

/**
 * Bounds what a server can make the driver hold, and turns what its parser throws into the connection's error. Call it
 * after `connect()` has begun.
 */
export function guardLink(client: unknown, limits: PostgresLimits): void {
  const { connection, ssl } = client as LinkClient;
  const guard = () => guardStream(connection.stream, inspectPostgres(limits));
  // With TLS another stream takes over once the server has agreed to it.
  if (ssl) connection.prependListener('sslconnect', guard);
  else guard();
}

/** Destroys the socket: what waits on the client fails at once. */
export function destroyLink(client: unknown): void {
  (client as LinkClient).connection.stream.destroy();
}

/** `end()` waits for ever for a server that is stopped: it gets `withinMs`, then the socket is destroyed. */
export async function closeLink(client: unknown, withinMs = 1000): Promise<void> {
  await settled((client as LinkClient).end(), withinMs);
  destroyLink(client);
}

/** Says goodbye and waits for no answer: for a link that holds nothing. A server that is stopped has `withinMs`. */
export function leaveLink(client: unknown, withinMs = 1000): void {
  const link = client as LinkClient;
  link.end().catch(() => {});
  link.unref();
  setTimeout(destroyLink, withinMs, client).unref();
}

/** Resolves once `promise` has settled, either way, or the time is over. */
export async function settled(promise: Promise<unknown>, withinMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, withinMs);
  });
  const done = promise.then(
    () => {},
    () => {},
  );
  await Promise.race([done, late]);
  clearTimeout(timer);
}

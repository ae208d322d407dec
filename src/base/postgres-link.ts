import type { EventEmitter } from 'node:events';
import { guardStream } from './guard-stream.ts';
import { inspectPostgres, type PostgresLimits } from './postgres-frames.ts';

/** Helpers for a client of `pg`, shared by probes and migrate; structurally typed, so that base needs no `pg`. */

interface LinkClient {
  ssl?: unknown;
  connection: {
    stream: EventEmitter & { destroy(error?: Error): unknown };
    prependListener(event: string, listener: () => void): unknown;
  };
  end(): Promise<void>;
  unref(): void;
}

/** Removes the driver from a URL of another language: `postgresql+asyncpg://…`. Returns other text unchanged. */
export function plainDatabaseUrl(url: string): string {
  return url.replace(/^postgres(?:ql)?\+[a-z0-9_]+:/i, 'postgresql:');
}

/**
 * Destroys the socket of a server that asks for the password in clear text over an unencrypted connection. Call it after
 * `connect()` has started, so that this listener runs first.
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
 * Limits the data that a server can make the driver hold, and reports errors of its parser as errors of the connection.
 * Call it after `connect()` has started.
 */
export function guardLink(client: unknown, limits: PostgresLimits): void {
  const { connection, ssl } = client as LinkClient;
  const guard = () => guardStream(connection.stream, inspectPostgres(limits));
  // With TLS another stream replaces this one once the server has agreed.
  if (ssl) connection.prependListener('sslconnect', guard);
  else guard();
}

/** Destroys the socket: pending calls of the client reject immediately. */
export function destroyLink(client: unknown): void {
  (client as LinkClient).connection.stream.destroy();
}

/** Ends the connection; destroys the socket after `withinMs`, because `end()` never settles for a stopped server. */
export async function closeLink(client: unknown, withinMs = 1000): Promise<void> {
  await settled((client as LinkClient).end(), withinMs);
  destroyLink(client);
}

/** Sends Terminate without waiting for the server: for a connection that holds no lock. Destroys it after `withinMs`. */
export function leaveLink(client: unknown, withinMs = 1000): void {
  const link = client as LinkClient;
  link.end().catch(() => {});
  link.unref();
  setTimeout(destroyLink, withinMs, client).unref();
}

/** Resolves once `promise` has settled or `withinMs` has passed. */
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

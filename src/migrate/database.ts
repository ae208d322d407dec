import { Kysely, PostgresDialect } from 'kysely';
import type { Connection } from './connection.ts';

/** Creates a Kysely on the reserved connection, so that migrations end with the lock. */
export function kyselyOn({ client }: Connection): Kysely<unknown> {
  const reserved = { query: client.query.bind(client), release: () => {} };
  return new Kysely<unknown>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => reserved as never,
        end: async () => {},
      },
    }),
  });
}

/** Runs statements of this connection in one transaction. */
export function inTransaction<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  return kyselyOn(connection).transaction().execute(work);
}

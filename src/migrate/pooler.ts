import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { settled } from '../base/postgres-link.ts';
import { type Connection, connect } from './connection.ts';

/** The backend's pid as the server told it at login. A pooler tells one that it made up. */
export function announcedPid({ client }: Connection): number {
  return (client as unknown as { processID: number | null }).processID ?? 0;
}

interface PooledOptions {
  url: string;
  /** The backend that the connection had at its first statement. */
  pid: number;
  signal?: AbortSignal | undefined;
}

/**
 * A pooler gives a connection for a session, which is as good as one of our own; or for a transaction, and then the lock
 * belongs to whoever gets that connection next: two migrators at once, or none ever again. Between two sessions no
 * backend is shared, and none ever changes: a second connection and a few statements show it. To be called before
 * anything is taken or set, as that would stay behind in the pool.
 */
export async function refuseTransactionPooler(
  connection: Connection,
  { url, pid, signal }: PooledOptions,
): Promise<void> {
  const second = await connect({ url, signal });
  try {
    for (let round = 0; round < 3; round++) {
      // A session pool with no connection left lets the second one wait, which is an answer too.
      let other: number | undefined;
      await settled(
        pidOf(second).then((answer) => {
          other = answer;
        }),
        1000,
      );
      // Twice in a row: a pool of two that takes turns would give each the same one every time.
      const own = [await pidOf(connection), await pidOf(connection)];
      if (other === pid || own.some((each) => each !== pid)) throw transactionPooler();
      if (other === undefined) return;
    }
  } finally {
    second.destroy();
  }
}

async function pidOf({ query }: Connection): Promise<number> {
  const [row] = await query<{ pid: number }>('select pg_backend_pid() as pid');
  return row!.pid;
}

export function transactionPooler(): Fault {
  return new Fault({
    code: 'transaction-pooler',
    message:
      'a pooler in front of the database gives every transaction another connection: the lock against a second migrator would hold nobody off',
    details: ['nothing was applied'],
    hint: 'point DATABASE_URL at the server itself, or at a pool by session (PgBouncer: pool_mode = session)',
    exitCode: ExitCode.config,
  });
}

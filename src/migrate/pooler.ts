import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { settled } from '../base/postgres-link.ts';
import { type Connection, connect } from './connection.ts';

/** PID of the backend in the login message of the server. A pooler sends an invented one. */
export function announcedPid({ client }: Connection): number {
  return (client as unknown as { processID: number | null }).processID ?? 0;
}

interface PooledOptions {
  url: string;
  /** Backend of the first statement. */
  pid: number;
  signal?: AbortSignal | undefined;
}

/**
 * Throws for a transaction-mode pooler, which cannot hold an advisory lock: the lock would remain in a connection of the
 * pool. In session mode, connections never share or change their backend; a second connection and a few statements show
 * this. Call it before any lock or setting, which would remain in the pool.
 */
export async function refuseTransactionPooler(
  connection: Connection,
  { url, pid, signal }: PooledOptions,
): Promise<void> {
  const second = await connect({ url, signal });
  try {
    for (let round = 0; round < 3; round++) {
      // A session pool with no free connection makes the second one wait, which proves session mode.
      let other: number | undefined;
      await settled(
        pidOf(second).then((answer) => {
          other = answer;
        }),
        1000,
      );
      // Two statements in a row: a round-robin pool of two would give each connection the same backend every time.
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
      'a transaction-mode pooler is in front of the database: it cannot hold the advisory lock against a second migrator',
    details: ['nothing was applied'],
    hint: 'set migrations.url to the address of the server itself, or use a pool by session (PgBouncer: pool_mode = session)',
    exitCode: ExitCode.config,
  });
}

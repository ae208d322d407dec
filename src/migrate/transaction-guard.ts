import type { Connection } from './connection.ts';

/** Error of a migration that ended the transaction of its batch, which can no longer be rolled back. */
export class LeftTransaction extends Error {
  readonly code = 'left-transaction';
}

/** Throws for a migration that ignored a failed statement or ended the transaction, either of which breaks the batch. */
export async function refuseBrokenTransaction({ client, lost }: Connection): Promise<void> {
  if (!lost()) await idle(client);
  const status = client.getTransactionStatus();
  if (status === 'E') throw new Error('it ignored a failed statement');
  if (status === 'I') throw new LeftTransaction('it ended the transaction of the batch (COMMIT or ROLLBACK)');
}

/** Waits for the transaction status: a statement rejects before the server sends it, and some are not awaited. */
async function idle(client: Connection['client']): Promise<void> {
  if ((client as unknown as { readyForQuery: boolean }).readyForQuery) return;
  await new Promise<void>((resolve) => {
    client.once('drain', resolve);
    client.once('end', resolve);
  });
}

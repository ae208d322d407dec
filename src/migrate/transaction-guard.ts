import type { Connection } from './connection.ts';

/** The transaction of the batch is over, and its migration did that: nothing of it is rolled back any more. */
export class LeftTransaction extends Error {
  readonly code = 'left-transaction';
}

/** A migration that catches a failed statement, or commits by itself, would take the batch with it. */
export async function refuseBrokenTransaction({ client, lost }: Connection): Promise<void> {
  if (!lost()) await idle(client);
  const status = client.getTransactionStatus();
  if (status === 'E') throw new Error('a statement of it failed, and it went on as if nothing had happened');
  if (status === 'I') throw new LeftTransaction('it ended the transaction of the batch (COMMIT or ROLLBACK)');
}

/** A statement is told to have failed before the server says what that did to the transaction; and not all are awaited. */
async function idle(client: Connection['client']): Promise<void> {
  if ((client as unknown as { readyForQuery: boolean }).readyForQuery) return;
  await new Promise<void>((resolve) => {
    client.once('drain', resolve);
    client.once('end', resolve);
  });
}

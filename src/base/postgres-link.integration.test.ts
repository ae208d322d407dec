import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { leaveLink } from './postgres-link.ts';

describe.skipIf(postgresMissing)('leaveLink', () => {
  let server: TestPostgres;
  const sockets: Socket[] = [];
  /** Forwards both directions and closes neither. */
  const between = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: server.host, port: server.port, allowHalfOpen: true });
    sockets.push(client, upstream);
    upstream.pipe(client, { end: false });
    client.pipe(upstream, { end: false });
  });

  beforeAll(async () => {
    server = await startPostgres();
    await once(between.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    between.close();
    await server?.stop();
  });

  test('is closed by the server, or after the time limit', async () => {
    for (const port of [server.port, (between.address() as { port: number }).port]) {
      const client = new pg.Client(server.url.replace(`:${server.port}/`, `:${port}/`));
      await client.connect();
      const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
      const closed = once(stream, 'close');
      leaveLink(client, 100);
      await closed;
      expect(stream.destroyed).toBe(true);
    }
  });
});

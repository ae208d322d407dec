/** PGlite with pgvector behind a socket, in this process: what the embedded runtime has, without its supervisor. */
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { freePort } from './free-port.ts';

export interface TestPglite {
  url: string;
  stop(): Promise<void>;
}

export async function startPglite(): Promise<TestPglite> {
  const root = await PGlite.create({ extensions: { vector } });
  const port = await freePort();
  const server = new PGLiteSocketServer({ db: root, port, host: '127.0.0.1', maxConnections: 20 });
  await server.start();
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      await root.close();
    },
  };
}

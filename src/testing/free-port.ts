import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nobody listens on at this moment. Whoever can listen on 0 should do that instead. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

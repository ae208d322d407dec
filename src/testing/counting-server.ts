import { createServer } from 'node:net';

/** A server that is not part of the stack: it counts connections and the bytes that it receives. */
export interface CountingServer {
  readonly port: number;
  readonly seen: { connections: number; bytes: number };
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0: any free one. */
export function startCountingServer(port = 0): Promise<CountingServer> {
  const seen = { connections: 0, bytes: 0 };
  const server = createServer((socket) => {
    seen.connections++;
    socket.on('data', (chunk) => {
      seen.bytes += chunk.length;
    });
    socket.on('error', () => {});
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        port: (server.address() as { port: number }).port,
        seen,
        close: () => new Promise((done) => server.close(() => done())),
      }),
    );
  });
}

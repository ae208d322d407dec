import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that Linux, macOS and Windows give to outgoing connections: none of those takes one in between. */
const range = { first: 12_000, count: 18_000 };
/** Each process begins elsewhere, and gives out no port twice. */
let next = randomInt(range.count);

/** Resolves to a free port of 127.0.0.1. Prefer to listen on port 0 where possible. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = range.first + (next++ % range.count);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

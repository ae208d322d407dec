import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { CannedReplies } from '../../check/sabotage.ts';
import { errorResponse } from '../../pglite/frames.ts';

export interface CannedServer {
  port: number;
  close(): Promise<void>;
}

/** A server of 127.0.0.1 that answers like a Redis or a PostgreSQL in trouble: checks are sent to it instead of the service. */
export async function startCannedServer(canned: CannedReplies): Promise<CannedServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A client that goes away is no error of the sabotage.
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if ('sqlstate' in canned) {
        socket.end(errorResponse(canned.sqlstate, 'sabotaged'));
        return;
      }
      for (const command of commandsIn(chunk.toString('latin1'))) {
        const reply = canned.replies[command] ?? canned.replies['*'];
        if (reply !== undefined) socket.write(`${reply}\r\n`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** Returns the names of the commands of Redis in a chunk: the first text of each array. */
function commandsIn(chunk: string): string[] {
  const arrays = [...chunk.matchAll(/\*\d+\r\n\$\d+\r\n([^\r\n]*)\r\n/g)];
  return arrays.map(([, name = '']) => name.toUpperCase());
}

/**
 * The embedded stack's cache where no redis-server is on the PATH: speaks RESP on a port of 127.0.0.1, and says in INFO
 * that it is not Redis. A process of its own, started by the supervisor: `cache-server.js <port>`.
 */
import { createServer, type Socket } from 'node:net';
import { ExitCode } from '../../base/exit-code.ts';
import { createCacheStore, type Reply, standInMark } from './cache-store.ts';
import { processLog } from './process-log.ts';
import { createRespReader, encodeReply } from './resp.ts';

const log = processLog('cache');
const port = Number(process.argv[2]);
const store = createCacheStore({ port });
const sockets = new Set<Socket>();
const server = createServer({ noDelay: true }, serve);

server.once('error', (error) => {
  log('fatal', error.message, { code: (error as NodeJS.ErrnoException).code });
  process.exitCode = ExitCode.unavailable;
});
server.listen(port, '127.0.0.1', () => {
  log('info', `accepting connections on 127.0.0.1:${port}; not Redis: the embedded stand-in`);
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    log('info', 'stopped');
  });
}

function serve(socket: Socket): void {
  let protocol: 2 | 3 = 2;
  let clientName: Buffer | null = null;
  const read = createRespReader();
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
  socket.on('data', (chunk) => {
    try {
      for (const [first = Buffer.alloc(0), ...args] of read(chunk)) {
        const name = first.toString('latin1').toUpperCase();
        socket.write(encodeReply(connectionCommand(name, args) ?? store.run(name, args), protocol));
        if (name === 'QUIT') socket.end();
      }
    } catch (error) {
      socket.end(encodeReply({ error: `ERR Protocol error: ${(error as Error).message}` }, 2));
    }
  });

  /** Commands about the connection and not about data. */
  function connectionCommand(name: string, args: Buffer[]): Reply | undefined {
    if (name === 'QUIT') return { status: 'OK' };
    if (name === 'HELLO') {
      const wanted = args[0]?.toString() ?? '2';
      if (wanted !== '2' && wanted !== '3') return { error: 'NOPROTO unsupported protocol version' };
      protocol = wanted === '3' ? 3 : 2;
      return [
        'server',
        'meatymusic-embedded-cache',
        'version',
        '7.0.0',
        'proto',
        protocol,
        'mode',
        'standalone',
      ];
    }
    if (name !== 'CLIENT') return undefined;
    switch (args[0]?.toString().toUpperCase()) {
      case 'SETNAME':
        clientName = args[1] ?? null;
        return { status: 'OK' };
      case 'GETNAME':
        return clientName;
      case 'ID':
        return 1;
      case 'SETINFO':
        return { status: 'OK' };
      default:
        return { error: `ERR unknown subcommand ${standInMark}` };
    }
  }
}

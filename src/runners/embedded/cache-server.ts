/**
 * The embedded stack's cache where no redis-server is on the PATH: speaks RESP on a port of 127.0.0.1, and says in INFO
 * that it is not Redis. A process of its own, started by the supervisor: `cache-server.js <port>`, with the password in
 * the environment.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { ExitCode } from '../../base/exit-code.ts';
import { processLog } from '../process/process-log.ts';
import { createCacheStore, type Reply, standInMark } from './cache-store.ts';
import { passwordVariable } from './password-variable.ts';
import { createRespReader, encodeReply } from './resp.ts';

const log = processLog('cache');
const port = Number(process.argv[2]);
const password = process.env[passwordVariable];
/** What a connection may do before it has given the password. */
const open = new Set(['AUTH', 'HELLO', 'QUIT']);
const store = createCacheStore({ port });
const sockets = new Set<Socket>();
const server = createServer({ noDelay: true }, serve);

server.once('error', (error) => {
  log('fatal', error.message, { code: (error as NodeJS.ErrnoException).code });
  process.exitCode = ExitCode.unavailable;
});
server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
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
  let admitted = password === undefined;
  const read = createRespReader();
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
  socket.on('data', (chunk) => {
    try {
      for (const [first = Buffer.alloc(0), ...args] of read(chunk)) {
        const name = first.toString('latin1').toUpperCase();
        const reply =
          admitted || open.has(name)
            ? (connectionCommand(name, args) ?? store.run(name, args))
            : { error: 'NOAUTH Authentication required.' };
        socket.write(encodeReply(reply, protocol));
        if (name === 'QUIT') socket.end();
      }
    } catch (error) {
      socket.end(encodeReply({ error: `ERR Protocol error: ${(error as Error).message}` }, 2));
    }
  });

  /** Commands about the connection and not about data. */
  function connectionCommand(name: string, args: Buffer[]): Reply | undefined {
    if (name === 'QUIT') return { status: 'OK' };
    if (name === 'AUTH') return authenticate(args);
    if (name === 'HELLO') return hello(args);
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

  /** `AUTH password` or `AUTH default password`. */
  function authenticate(args: Buffer[]): Reply {
    if (args.length === 0) return { error: "ERR wrong number of arguments for 'auth' command" };
    if (args.length > 2) return { error: 'ERR syntax error' };
    if (password === undefined && args.length === 1) {
      return {
        error:
          'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
      };
    }
    const [user, given] = args.length === 2 ? args : [Buffer.from('default'), args[0]];
    const isRight = password === undefined || same(given as Buffer, Buffer.from(password));
    if (user?.toString() !== 'default' || !isRight)
      return { error: 'WRONGPASS invalid username-password pair or user is disabled.' };
    admitted = true;
    return { status: 'OK' };
  }

  /** `HELLO [2|3 [AUTH user password] [SETNAME name]]`. */
  function hello([wanted = Buffer.from(String(protocol)), ...options]: Buffer[]): Reply {
    const version = wanted.toString();
    if (version !== '2' && version !== '3') return { error: 'NOPROTO unsupported protocol version' };
    const login = options.findIndex((option) => option.toString().toUpperCase() === 'AUTH');
    const refused = login < 0 ? undefined : authenticate(options.slice(login + 1, login + 3));
    if (refused && typeof refused === 'object' && 'error' in refused) return refused;
    if (!admitted) {
      return {
        error:
          'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
      };
    }
    protocol = version === '3' ? 3 : 2;
    const mode = ['mode', 'standalone'];
    return ['server', 'meatymusic-embedded-cache', 'version', '7.0.0', 'proto', protocol, ...mode];
  }
}

function same(a: Buffer, b: Buffer): boolean {
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(a), digest(b));
}

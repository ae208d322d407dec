import net from 'node:net';
import tls from 'node:tls';
import { ProbeError } from '../check/probes.ts';
import { addressText } from './network-error.ts';

/** An address of Redis, its credentials and its database kept apart. */
export interface RedisAddress {
  /** For the client: without user, password and database, so that the client does not send them unjudged. */
  bareUrl: string;
  host: string;
  port: number;
  isSecure: boolean;
  /** Commands that must succeed before any other, in this order. */
  login: [name: string, ...args: string[]][];
}

/** Reads a URL that the configuration found valid. */
export function redisAddress(url: string): RedisAddress {
  const bare = new URL(url);
  const user = decodeURIComponent(bare.username);
  const password = decodeURIComponent(bare.password);
  const database = bare.searchParams.get('db') ?? bare.pathname.replace(/^\//, '');
  bare.username = '';
  bare.password = '';
  bare.pathname = '';
  bare.searchParams.delete('db');
  const login: RedisAddress['login'] = [];
  if (password !== '') login.push(user === '' ? ['AUTH', password] : ['AUTH', user, password]);
  if (database !== '' && database !== '0') login.push(['SELECT', database]);
  return {
    bareUrl: bare.href,
    host: bare.hostname.replace(/^\[|\]$/g, ''),
    port: Number(bare.port || 6379),
    isSecure: bare.protocol === 'rediss:',
    login,
  };
}

/** Returns the refusal of a command of the login, in the server's words; never its arguments. */
export function loginError([name, database]: readonly string[], error: Error): ProbeError {
  const word = error.message.split(' ', 1)[0] ?? 'ERR';
  if (name === 'SELECT') return new ProbeError('NO_DATABASE', `SELECT ${database}: ${error.message}`);
  return new ProbeError(word === 'ERR' ? 'AUTH' : word, error.message);
}

/** Failures that a port may cause which speaks the other protocol: TLS instead of plain Redis, or the reverse. */
const otherProtocolCodes = {
  secure: /^(?:EPROTO|ERR_SSL_|ECONNRESET$|CLOSED$|TIMEOUT$)/,
  plain: /^(?:PROTOCOL|ECONNRESET|CLOSED)$/,
};

/** Resolves to an error that names the other protocol where the port speaks that one, and to `undefined` otherwise. */
export async function findOtherProtocol(
  address: RedisAddress,
  { code }: ProbeError,
  withinMs: number,
): Promise<ProbeError | undefined> {
  const { host, port, isSecure } = address;
  if (!otherProtocolCodes[isSecure ? 'secure' : 'plain'].test(code)) return undefined;
  const target = addressText(host, port);
  if (isSecure) {
    if (!(await speaksRedis(net.connect({ host, port }), withinMs))) return undefined;
    return new ProbeError('NO_TLS', `${target} speaks Redis without TLS; the address begins with rediss://`);
  }
  // Nothing is sent through the connection, so any certificate will do.
  const socket = tls.connect({ host, port, rejectUnauthorized: false });
  if (!(await within(socket, withinMs, (done) => socket.once('secureConnect', () => done(true))))) {
    return undefined;
  }
  return new ProbeError('TLS', `${target} speaks TLS; the address begins with redis://`);
}

function speaksRedis(socket: net.Socket, withinMs: number): Promise<boolean> {
  socket.once('connect', () => socket.write('PING\r\n'));
  return within(socket, withinMs, (done) =>
    socket.once('data', (bytes) => done(/^(?:\+PONG|-[A-Z]+ )/.test(bytes.toString('latin1', 0, 100)))),
  );
}

/** Resolves to the answer of a socket, to false where it has none in time, and destroys it. */
function within(
  socket: net.Socket,
  ms: number,
  listen: (done: (answer: boolean) => void) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), Math.max(1, ms));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    listen(end);
  });
}

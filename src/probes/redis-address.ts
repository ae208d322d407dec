import net from 'node:net';
import { codeOf } from '../base/errors.ts';
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

/**
 * Resolves to an error that names the other protocol, if a port that did not answer speaks plain Redis where TLS was asked
 * for; to nothing otherwise.
 */
export function findPlainRedis(
  { host, port }: RedisAddress,
  withinMs: number,
): Promise<ProbeError | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const end = (error?: ProbeError) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(error);
    };
    const timer = setTimeout(end, Math.max(1, withinMs));
    socket.on('error', () => end());
    socket.on('close', () => end());
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (bytes) => {
      const speaksRedis = /^(?:\+PONG|-[A-Z]+ )/.test(bytes.toString('latin1', 0, 100));
      end(speaksRedis ? plainPort(addressText(host, port)) : undefined);
    });
  });
}

function plainPort(target: string): ProbeError {
  return new ProbeError('NO_TLS', `${target} speaks Redis without TLS; the address begins with rediss://`);
}

/** Returns an error that names the other protocol, if a port answered with TLS where plain Redis was asked for. */
export function tlsPort(target: string): ProbeError {
  return new ProbeError('TLS', `${target} speaks TLS; the address begins with redis://`);
}

const tlsCodes = /^(?:EPROTO|ERR_SSL_|ECONNRESET$|CLOSED$|TIMEOUT$)/;

/** True for the failures of a TLS connection that a plain port may cause. */
export function mayBePlain(error: unknown): boolean {
  return tlsCodes.test(String(codeOf(error) ?? ''));
}

import type { Duplex } from 'node:stream';
import { Redis } from 'ioredis';
import { urlOf } from '../base/endpoint.ts';
import { codeOf } from '../base/errors.ts';
import { guardStream } from '../base/guard-stream.ts';
import { UndeclaredEffect } from '../check/effects.ts';
import type { Json } from '../check/json.ts';
import { ProbeError } from '../check/probes.ts';
import { addressOf } from './address.ts';
import { type Budget, budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { addressText, networkError } from './network-error.ts';
import { findOtherProtocol, loginError, type RedisAddress, redisAddress } from './redis-address.ts';
import { redisGuard } from './redis-effects.ts';
import { inspectRedis } from './redis-replies.ts';

/**
 * Share of the time of a call that the TLS handshake and the login may take, so that there is time to find out what else the
 * port speaks.
 */
const loginShare = 0.6;

interface Link {
  redis: Redis;
  /** Rejects with the server's refusal of the user, the password or the database. */
  ready: Promise<void>;
  lastError?: Error;
}

/** One connection for each attempt of a check; a command proves something only by its reply. */
export function createRedisProbe(context: ProbeContext): ClosableProbe<'redis'> {
  const url = urlOf(context.endpoints.cache);
  const address = url !== undefined && URL.canParse(url) ? redisAddress(url) : undefined;
  const target = address ? addressText(address.host, address.port) : 'the cache';
  const guard = redisGuard(context);
  let link: Link | undefined;

  function connect(budget: Budget): Link {
    if (link && link.redis.status !== 'end') return link;
    const { bareUrl, login } = address ?? redisAddress(addressOf(context, 'cache'));
    const redis = new Redis(bareUrl, {
      lazyConnect: true,
      // A little longer than the probe's own watch, whose message says more.
      connectTimeout: budget.ms + 25,
      // Without it a server that accepts and is silent holds the connection for ever.
      socketTimeout: budget.ms + 25,
      commandTimeout: budget.ms + 25,
      disconnectTimeout: 500,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      // Its INFO before the first command would hide what the server says to the command itself.
      enableReadyCheck: false,
      disableClientInfo: true,
    });
    const made: Link = { redis, ready: Promise.resolve() };
    // `connect()` says only "Connection is closed."; the reason is in the last `error` event.
    redis.on('error', (error) => {
      made.lastError = error;
    });
    // Comes before the first byte of the server is read.
    redis.on('connect', () => guardStream(redis.stream as Duplex, inspectRedis()));
    made.ready = logIn(redis, login);
    made.ready.catch(() => {});
    link = made;
    return made;
  }

  return {
    async command({ name, args = [] }) {
      const startedAt = performance.now();
      const budget = budgetOf(context, () => `no reply of ${target} to ${name.toUpperCase()}`);
      const made = connect(budget);
      const { redis } = made;
      let unwatch = () => {};
      const late = new Promise<never>((_resolve, reject) => {
        unwatch = budget.watch(reject);
      });
      late.catch(() => {});
      const send = (command: string, ...given: (string | number)[]) =>
        Promise.race([redis.call(command, ...given.map(String)), late]);
      try {
        await Promise.race([made.ready, late, ...(address?.isSecure ? [tooLate(budget, target)] : [])]);
        await guard.before(name, args, send);
        const reply = await send(name, ...args);
        await guard.after(name, args, send);
        const stream = redis.stream as { remoteAddress?: string; remotePort?: number };
        return {
          reply: toJson(reply),
          durationMs: performance.now() - startedAt,
          address: addressText(stream.remoteAddress, stream.remotePort),
        };
      } catch (error) {
        if (!isReplyError(error)) redis.disconnect();
        if (error instanceof UndeclaredEffect) throw error;
        const failure = redisError(error, made.lastError, target, budget.ms);
        const leftMs = budget.ms - (performance.now() - startedAt);
        throw (address && (await findOtherProtocol(address, failure, Math.min(leftMs, 1_000)))) ?? failure;
      } finally {
        unwatch();
      }
    },
    close() {
      link?.redis.disconnect();
    },
  };
}

/** Sends user, password and database: a client that does so itself continues with the first database where they are refused. */
async function logIn(redis: Redis, login: RedisAddress['login']): Promise<void> {
  if (redis.status === 'wait') await redis.connect();
  for (const command of login) {
    const [name, ...args] = command;
    try {
      await redis.call(name, ...args);
    } catch (error) {
      redis.disconnect();
      throw isReplyError(error) ? loginError(command, error) : error;
    }
  }
}

function tooLate({ ms }: Budget, target: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(
      () =>
        reject(
          new ProbeError('TIMEOUT', `no TLS handshake of ${target} within ${Math.ceil(ms * loginShare)} ms`),
        ),
      ms * loginShare,
    ).unref();
  });
}

/** The server's own words where it answered, the network's where it did not; never ioredis' error, which holds the arguments. */
function redisError(thrown: unknown, last: Error | undefined, target: string, withinMs: number): ProbeError {
  if (isReplyError(thrown)) return new ProbeError(thrown.message.split(' ', 1)[0] ?? 'ERR', thrown.message);
  if (thrown instanceof ProbeError) return thrown;
  if (codeOf(last) === 'PROTOCOL') {
    return new ProbeError(
      'PROTOCOL',
      `${target}: what answers there does not speak Redis: ${(last as Error).message}`,
    );
  }
  const error = /Connection is closed|Stream isn't writeable/.test((thrown as Error).message)
    ? (last ?? thrown)
    : thrown;
  const { message } = error as Error;
  if (/timed out|timeout/i.test(message)) {
    return new ProbeError('TIMEOUT', `no reply of ${target} within ${withinMs} ms`);
  }
  if (/Protocol error/.test(message)) {
    return new ProbeError('PROTOCOL', `${target}: what answers there does not speak Redis`);
  }
  if (/Connection is closed/.test(message)) {
    return new ProbeError('CLOSED', `${target}: the connection was closed before a reply came`);
  }
  return networkError(error, target);
}

function toJson(reply: unknown): Json {
  if (Buffer.isBuffer(reply)) return reply.toString('utf8');
  if (Array.isArray(reply)) return reply.map(toJson);
  if (typeof reply === 'bigint') return reply.toString();
  return (reply ?? null) as Json;
}

function isReplyError(error: unknown): error is Error {
  return (error as Error | undefined)?.name === 'ReplyError';
}

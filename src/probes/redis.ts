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
import { redisGuard } from './redis-effects.ts';
import { inspectRedis } from './redis-replies.ts';

/** One connection for each attempt of a check; a command proves something only by its reply. */
export function createRedisProbe(context: ProbeContext): ClosableProbe<'redis'> {
  const target = targetOf(urlOf(context.endpoints.cache) ?? '');
  const guard = redisGuard(context);
  let client: Redis | undefined;
  let lastError: Error | undefined;

  function connect(budget: Budget): Redis {
    if (client && client.status !== 'end') return client;
    const made = new Redis(addressOf(context, 'cache'), {
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
    // `connect()` says only "Connection is closed."; the reason is in the last `error` event.
    made.on('error', (error) => {
      lastError = error;
    });
    // Comes before the first byte of the server is read.
    made.on('connect', () => guardStream(made.stream as Duplex, inspectRedis()));
    client = made;
    return made;
  }

  return {
    async command({ name, args = [] }) {
      const startedAt = performance.now();
      const budget = budgetOf(context, () => `no reply of ${target} to ${name.toUpperCase()}`);
      const redis = connect(budget);
      let unwatch = () => {};
      const late = new Promise<never>((_resolve, reject) => {
        unwatch = budget.watch(reject);
      });
      late.catch(() => {});
      const send = (command: string, ...given: (string | number)[]) =>
        Promise.race([redis.call(command, ...given.map(String)), late]);
      try {
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
        throw redisError(error, lastError, target, budget.ms);
      } finally {
        unwatch();
      }
    },
    close() {
      client?.disconnect();
    },
  };
}

function targetOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed
    ? addressText(parsed.hostname.replace(/^\[|\]$/g, ''), Number(parsed.port || 6379))
    : 'the cache';
}

/** The server's own words where it answered, the network's where it did not; never ioredis' error, which holds the arguments. */
function redisError(thrown: unknown, last: Error | undefined, target: string, withinMs: number): ProbeError {
  // What refused the password came as an event; the command itself hears NOAUTH only.
  const refused = isReplyError(thrown) && thrown.message.startsWith('NOAUTH') && isReplyError(last);
  const server = [refused ? last : thrown, last].find(isReplyError);
  if (server) return new ProbeError(server.message.split(' ', 1)[0] ?? 'ERR', server.message);
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

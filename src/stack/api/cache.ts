import { Redis } from 'ioredis';
import { inClientSpan } from '../common/request-trace.ts';
import type { Settings } from './settings.ts';

/** Time after a failed call during which further calls do not wait. */
const restMs = 1_000;

/**
 * Redis, which the API can do without: every call is bounded and answers `undefined` when there is no answer. The connection
 * is made in the background and again whenever it breaks, so the cache comes back by itself.
 */
export class Cache {
  readonly #redis: Redis;
  readonly #attributes: Record<string, string | number>;
  #available: boolean | undefined;
  #restsUntil = 0;
  readonly #onChange: (available: boolean, reason?: string) => void;

  /** `onChange` is called when the cache becomes available or unavailable. */
  constructor(
    { url, timeoutMs }: Settings['cache'],
    onChange: (available: boolean, reason?: string) => void,
  ) {
    this.#onChange = onChange;
    this.#redis = new Redis(url, {
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      socketTimeout: Math.max(2_000, 2 * timeoutMs),
      disconnectTimeout: 200,
      keepAlive: 10_000,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      retryStrategy: (times) => Math.min(50 * times, 500),
      reconnectOnError: (error) => /LOADING|READONLY|MASTERDOWN/.test(error.message),
    });
    this.#redis.on('ready', () => this.#changed(true));
    this.#redis.on('error', (error: Error & { code?: string }) =>
      this.#changed(false, error.code ?? error.message),
    );
    this.#redis.on('close', () => this.#changed(false, 'connection closed'));
    const { hostname, port } = new URL(url);
    this.#attributes = {
      'db.system.name': 'redis',
      'server.address': hostname,
      'server.port': Number(port || 6379),
    };
  }

  /** Resolves to whether a PING came back. */
  async ping(): Promise<boolean> {
    this.#restsUntil = 0;
    return (await this.#call('PING', (redis) => redis.ping())) === 'PONG';
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#call('GET', (redis) => redis.get(key))) ?? undefined;
  }

  async set(key: string, value: string, ttlSeconds: number): Promise<void> {
    await this.#call('SET', (redis) => redis.set(key, value, 'EX', ttlSeconds));
  }

  async delete(key: string): Promise<void> {
    await this.#call('DEL', (redis) => redis.del(key));
  }

  /** Increments the counter of the window. Uses no script, so that every Redis-compatible server works. */
  async count(key: string, windowMs: number): Promise<{ count: number; resetMs: number } | undefined> {
    const replies = await this.#call('PIPELINE', (redis) =>
      redis.pipeline().set(key, 0, 'PX', windowMs, 'NX').incr(key).pttl(key).exec(),
    );
    const [count, resetMs] = [replies?.[1]?.[1], replies?.[2]?.[1]];
    if (typeof count !== 'number' || typeof resetMs !== 'number') return undefined;
    return { count, resetMs: resetMs > 0 ? resetMs : windowMs };
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #call<T>(operation: string, work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (this.#redis.status !== 'ready' || performance.now() < this.#restsUntil) return undefined;
    try {
      const reply = await inClientSpan(
        operation,
        { ...this.#attributes, 'db.operation.name': operation },
        () => work(this.#redis),
      );
      this.#changed(true);
      return reply;
    } catch (thrown) {
      this.#restsUntil = performance.now() + restMs;
      this.#changed(false, (thrown as Error).message);
      return undefined;
    }
  }

  #changed(available: boolean, reason?: string): void {
    if (available === this.#available) return;
    this.#available = available;
    this.#onChange(available, reason);
  }
}

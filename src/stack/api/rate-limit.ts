import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import type { Cache } from './cache.ts';
import type { Settings } from './settings.ts';

interface Window {
  count: number;
  endsAt: number;
}

/** Limit of windows in memory, without Redis; beyond it the oldest are dropped. */
const maxWindows = 10_000;

/**
 * A fixed window for each client address and route, counted in Redis so that all instances share it, and in memory while
 * Redis is away. A route may have a limit of its own (`config.rateLimit`), or none (`0`).
 */
export class RateLimiter {
  readonly #settings: Settings['rateLimit'];
  readonly #cache: Cache;
  readonly #windows = new Map<string, Window>();

  constructor(settings: Settings['rateLimit'], cache: Cache) {
    this.#settings = settings;
    this.#cache = cache;
  }

  /** Sets the rate limit headers, and throws 429 over the limit. */
  async check(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const limit = request.routeOptions.config.rateLimit ?? this.#settings.max;
    if (!this.#settings.enabled || limit === 0) return;
    const route = request.is404 ? 'unknown' : `${request.method} ${request.routeOptions.url}`;
    const { count, resetMs } = await this.#count(`ratelimit:${route}:${request.ip}`);
    const resetSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
    reply.headers({
      'ratelimit-limit': limit,
      'ratelimit-remaining': Math.max(0, limit - count),
      'ratelimit-reset': resetSeconds,
    });
    if (count <= limit) return;
    throw new ApiError(429, 'rate_limited', `More than ${limit} requests; try again in ${resetSeconds} s.`, {
      headers: { 'retry-after': String(resetSeconds) },
    });
  }

  async #count(key: string): Promise<{ count: number; resetMs: number }> {
    const { windowMs } = this.#settings;
    return (await this.#cache.count(key, windowMs)) ?? this.#countInMemory(key, windowMs);
  }

  #countInMemory(key: string, windowMs: number): { count: number; resetMs: number } {
    const now = performance.now();
    let window = this.#windows.get(key);
    if (!window || window.endsAt <= now) {
      this.#windows.delete(key);
      if (this.#windows.size >= maxWindows) this.#forget(now);
      window = { count: 0, endsAt: now + windowMs };
      this.#windows.set(key, window);
    }
    window.count++;
    return { count: window.count, resetMs: window.endsAt - now };
  }

  #forget(now: number): void {
    for (const [key, { endsAt }] of this.#windows) {
      if (endsAt <= now || this.#windows.size >= maxWindows) this.#windows.delete(key);
    }
  }
}

import { createHash } from 'node:crypto';
import type { LogFollower } from '../context.ts';

/**
 * Follows a source that can only be read from its start: what was read before is skipped, and compared by its hash.
 * Where it has changed (a container made anew, a log that lost its start) all of it is read again.
 */
export function followByReading(open: (signal?: AbortSignal) => AsyncIterable<Uint8Array>): LogFollower {
  let read = createHash('sha1');
  let readBytes = 0;

  async function* all(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    for await (const chunk of open(signal)) {
      read.update(chunk);
      readBytes += chunk.length;
      yield chunk;
    }
  }

  return {
    async *next(signal) {
      const known = createHash('sha1');
      let left = readBytes;
      let same = left === 0;
      for await (const chunk of open(signal)) {
        const old = chunk.subarray(0, left);
        left -= old.length;
        known.update(old);
        if (left > 0) continue;
        same ||= known.copy().digest('hex') === read.copy().digest('hex');
        if (!same) break;
        const fresh = chunk.subarray(old.length);
        if (fresh.length === 0) continue;
        read.update(fresh);
        readBytes += fresh.length;
        yield fresh;
      }
      if (same) return;
      read = createHash('sha1');
      readBytes = 0;
      yield 'restarted';
      yield* all(signal);
    },
  };
}

import { createHash } from 'node:crypto';
import type { LogFollower } from './access.ts';

/**
 * Follows a source that can only be read from its start: earlier bytes are skipped and compared by their hash. After a
 * change (a new container, a log that lost its start) all of it is read again. A source longer than the limit is not
 * followed, because reading all of it at each call would take more time than a run has.
 */
export function followByReading(open: (signal?: AbortSignal) => AsyncIterable<Uint8Array>): LogFollower {
  let read = createHash('sha1');
  let readBytes = 0;

  function take(chunk: Uint8Array, atMostBytes: number): Uint8Array | 'unfollowable' {
    read.update(chunk);
    readBytes += chunk.length;
    return readBytes > atMostBytes ? 'unfollowable' : chunk;
  }

  return {
    async *next(signal, atMostBytes = Number.POSITIVE_INFINITY) {
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
        const taken = take(fresh, atMostBytes);
        yield taken;
        if (taken === 'unfollowable') return;
      }
      if (same) return;
      read = createHash('sha1');
      readBytes = 0;
      yield 'restarted';
      for await (const chunk of open(signal)) {
        const taken = take(chunk, atMostBytes);
        yield taken;
        if (taken === 'unfollowable') return;
      }
    },
  };
}

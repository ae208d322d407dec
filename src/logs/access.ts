import type { Clock } from '../base/clock.ts';
import type { SharedResources } from '../base/shared-resources.ts';

export interface LogAccess {
  /** For a person: `.meatymusic/logs/api.log`, `docker compose logs api`. */
  source: string;
  /**
   * The bytes that are there now, from `sinceMs` where the source has times; ends after the last byte, or soon after
   * the abort.
   */
  open(sinceMs?: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Absent: each look has to read the log anew. */
  follow?(): LogFollower;
  /** Where the bytes are those of a file that can be read at any place. */
  file?: string;
}

/** Reader of a log that keeps its position. */
/** Bytes written to a file after it was moved away. */
export interface MovedBytes {
  moved: Uint8Array;
}

export interface LogFollower {
  /**
   * What came since the last call, at first all that is there, or the last `atMostBytes` of that. `restarted`: what came
   * before is no longer the log's beginning; all of it follows. `rotated`: what came before was moved away, and what follows
   * is a new file, but for `MovedBytes`. `shortened`: something in between is left out, and what
   * follows begins with a line. `unfollowable`: what is read is gone (a FIFO, a device), or too much; nothing follows.
   */
  next(
    signal?: AbortSignal,
    atMostBytes?: number,
  ): AsyncIterable<Uint8Array | MovedBytes | 'restarted' | 'rotated' | 'shortened' | 'unfollowable'>;
  /** When an older part was last written that `next` has left out (`<file>.1`); as of the last call. */
  olderPartMs?(): number | undefined;
}

/** The limits within which a log is read, and what the reads of one run share. */
export interface LogScope {
  /** Aborts at the deadline. */
  readonly signal: AbortSignal;
  clock: Clock;
  shared: SharedResources;
}

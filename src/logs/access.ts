import type { Clock } from '../base/clock.ts';
import type { SharedResources } from '../base/shared-resources.ts';

/** Where the lines that are there end, and those that come begin. */
export const caughtUp: unique symbol = Symbol('caught up');

/** A way to the log of one service. */
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
  /**
   * Lines as they come: those that are there, `caughtUp`, and then (`follow`) the further ones. Without `follow` it ends
   * after the first ones. Absent: the log is read by its runtime.
   * @internal
   */
  lines?(options: { follow: boolean; signal: AbortSignal }): AsyncIterable<string | typeof caughtUp>;
  /** Where the bytes are those of a file that can be read at any place. */
  file?: string;
}

/** Bytes written to a file after it was moved away. */
export interface MovedBytes {
  moved: Uint8Array;
}

/** Remembers how far a log was read. */
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

/** One line of the log of a service. */
export interface LogLine {
  service: string;
  text: string;
}

/** Which logs to read, and from where. */
export interface LogOptions {
  /** Default: all. */
  services?: readonly string[];
  follow: boolean;
  /** Epoch milliseconds. */
  sinceMs?: number;
  /** Only the last lines of each service. */
  tail?: number;
  signal: AbortSignal;
}

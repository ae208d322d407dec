import type { SpanData } from '../../check/probes.ts';
import type { LogAccess, LogFollower, ProbeContext } from '../context.ts';
import type { BlockLine } from './blocks.ts';
import { LogParts } from './read.ts';
import { untilAborted } from './until-aborted.ts';

/** All that a log holds: its lines that are neither blank nor part of a printed span, and the printed spans. */
export interface LogContent {
  lines: readonly BlockLine[];
  spans: readonly SpanData[];
}

/** A longer log is not kept: each look reads it anew, and no more of it than it needs. */
const maxKeptBytes = 32 * 1024 * 1024;
/** Lines are written a little out of order, and clocks are read before lines are written. */
const slackMs = 1000;

/** One service's log in one run: each byte is read and parsed once, whoever asks, and looks at the same time share a read. */
export class LogTail {
  readonly #follower: LogFollower;
  readonly #maxBytes: number;
  readonly #closed = new AbortController();
  #parts!: LogParts;
  #lines: BlockLine[] = [];
  #spans: SpanData[] = [];
  #bytes = 0;
  #gaveUp = false;
  #reading: Promise<LogContent | undefined> | undefined;
  #next: Promise<LogContent | undefined> | undefined;

  constructor(follower: LogFollower, maxBytes = maxKeptBytes) {
    this.#follower = follower;
    this.#maxBytes = maxBytes;
    this.#reset();
  }

  /**
   * What the log holds now. `undefined` where it cannot be told from here: the log is too long to be kept or cannot be
   * followed, or a part of it that was moved away was written since `sinceMs`.
   */
  async look(signal: AbortSignal, sinceMs?: number): Promise<LogContent | undefined> {
    if (this.#gaveUp) return undefined;
    const content = await untilAborted(this.#refresh(), signal);
    const olderPartMs = this.#follower.olderPartMs?.();
    const isWhole = sinceMs === undefined || olderPartMs === undefined || olderPartMs < sinceMs - slackMs;
    return isWhole ? content : undefined;
  }

  close(): void {
    this.#closed.abort(new Error('the run is over'));
  }

  /** A read that is under way may have passed the end already: whoever comes then shares the next one. */
  #refresh(): Promise<LogContent | undefined> {
    if (!this.#reading) {
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
      return this.#reading;
    }
    const again = () => {
      this.#next = undefined;
      return this.#refresh();
    };
    this.#next ??= this.#reading.then(again, again);
    return this.#next;
  }

  async #read(): Promise<LogContent | undefined> {
    for await (const part of this.#follower.next(this.#closed.signal)) {
      if (part === 'restarted') this.#reset();
      else if (part === 'unfollowable') this.#giveUp();
      else this.#push(part);
      if (this.#gaveUp) return undefined;
    }
    return this.#content();
  }

  /** As of now: the next read adds to the tail's own lists. */
  #content(): LogContent {
    const lines = this.#lines.slice();
    const spans = this.#spans.slice();
    this.#parts.peek({ line: (line) => lines.push(line), span: (span) => spans.push(span) });
    return { lines, spans };
  }

  #push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) this.#giveUp();
    else this.#parts.push(chunk);
  }

  #giveUp(): void {
    this.#reset();
    this.#gaveUp = true;
  }

  #reset(): void {
    this.#lines = [];
    this.#spans = [];
    this.#bytes = 0;
    this.#parts = new LogParts({
      line: (line) => this.#lines.push(line),
      span: (span) => this.#spans.push(span),
    });
  }
}

/** The tail that all attempts of a run share; `undefined` where the log can only be read anew. */
export function tailOf(access: LogAccess, { shared }: ProbeContext): LogTail | undefined {
  const { follow } = access;
  if (!follow) return undefined;
  const tails = shared.get(
    'logs.tails',
    () => new Map<LogAccess, LogTail>(),
    (all) => {
      for (const tail of all.values()) tail.close();
    },
  );
  let tail = tails.get(access);
  if (!tail) {
    tail = new LogTail(follow.call(access));
    tails.set(access, tail);
  }
  return tail;
}

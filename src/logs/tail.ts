import type { SpanData } from '../check/probes.ts';
import type { LogAccess, LogFollower, LogScope } from './access.ts';
import type { BlockLine } from './blocks.ts';
import { LogParts } from './log-parts.ts';
import { toRecord } from './record.ts';
import { untilAborted } from './until-aborted.ts';

/** Contents of a log: its lines that are neither blank nor part of a printed span, and the printed spans. */
export interface LogContent {
  lines: readonly BlockLine[];
  spans: readonly SpanData[];
  /** Absent: it is the whole log. Else its end alone, so many bytes; lines are counted from there. */
  lastBytes?: number;
}

/** Which part of a log is asked for; none of them: all of it. */
export interface LogPart {
  /** Written since this moment; epoch milliseconds. */
  sinceMs?: number | undefined;
  /** Written in this run. */
  fresh?: boolean | undefined;
}

/** Of a longer log its end is kept: as much again may be held for a while. */
const keptBytes = 32 * 1024 * 1024;
/** Lines are written a little out of order, and clocks are read before lines are written. */
const slackMs = 1000;

/** A contiguous part of the log; two are kept, and the older one is dropped as a whole. */
interface Stretch {
  lines: BlockLine[];
  spans: SpanData[];
  bytes: number;
}

/** Log of one service in one run: each byte is read and parsed once for all callers, and concurrent calls share a read. */
export class LogTail {
  readonly #follower: LogFollower;
  readonly #maxBytes: number;
  readonly #startedMs: number;
  readonly #closed = new AbortController();
  #current!: Reader;
  /** Of the file that was moved away, which may still be written to. */
  #moved: Reader | undefined;
  #older: Stretch = emptyStretch();
  #recent: Stretch = emptyStretch();
  /** Whether all is kept that the file and what was moved away hold; and all of the file. */
  #isWhole = { all: true, file: true };
  #gaveUp = false;
  #reading: Promise<Kept | undefined> | undefined;
  #next: Promise<Kept | undefined> | undefined;

  constructor(follower: LogFollower, { maxBytes = keptBytes, startedMs = Date.now() } = {}) {
    this.#follower = follower;
    this.#maxBytes = maxBytes;
    this.#startedMs = startedMs;
    this.#reset();
  }

  /** The moment from which on a line may be of this run. */
  get freshSinceMs(): number {
    return this.#startedMs - slackMs;
  }

  /**
   * Resolves to the current contents of the log; `undefined` if the requested part is not available here: the log cannot
   * be followed, it is too long to be kept, or a part that was moved away was written since.
   */
  async look(signal: AbortSignal, { sinceMs, fresh }: LogPart = {}): Promise<LogContent | undefined> {
    if (this.#gaveUp) return undefined;
    const kept = await untilAborted(this.#refresh(), signal);
    if (!kept) return undefined;
    const fromMs = sinceMs === undefined ? (fresh ? this.freshSinceMs : undefined) : sinceMs - slackMs;
    const olderPartMs = this.#follower.olderPartMs?.();
    if (fromMs !== undefined && olderPartMs !== undefined && olderPartMs >= fromMs) return undefined;
    const content = fromMs === undefined ? kept.file : kept.all;
    if (content.lastBytes === undefined || fresh) return content;
    return fromMs !== undefined && isOlder(content.lines, fromMs) ? content : undefined;
  }

  close(): void {
    this.#closed.abort(new Error('the run is over'));
  }

  /** Returns the next read: a current one may already have passed the end, so later calls share the next. */
  #refresh(): Promise<Kept | undefined> {
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

  async #read(): Promise<Kept | undefined> {
    for await (const part of this.#follower.next(this.#closed.signal, this.#maxBytes)) {
      if (part === 'restarted') this.#reset();
      else if (part === 'rotated') this.#beginFile();
      else if (part === 'shortened') this.#isWhole = { all: false, file: false };
      else if (part === 'unfollowable') this.#giveUp();
      else if ('moved' in part) this.#pushMoved(part.moved);
      else this.#push(part);
      if (this.#gaveUp) return undefined;
    }
    return this.#content();
  }

  /** As of now: the next read adds to the tail's own lists. */
  #content(): Kept {
    const older = this.#moved ? withRest(this.#moved, this.#older) : this.#older;
    const recent = withRest(this.#current, this.#recent);
    const all = joined([older, recent], this.#isWhole.all);
    return { all, file: this.#moved ? joined([recent], this.#isWhole.file) : all };
  }

  #push(chunk: Uint8Array): void {
    this.#current.parts.push(chunk);
    this.#recent.bytes += chunk.length;
    if (this.#recent.bytes <= this.#maxBytes) return;
    if (this.#older.bytes > 0) this.#isWhole = { all: false, file: this.#moved !== undefined };
    this.#older = this.#recent;
    this.#moved = undefined;
    this.#recent = emptyStretch();
    this.#current.into = this.#recent;
  }

  #pushMoved(chunk: Uint8Array): void {
    if (!this.#moved || this.#older.bytes + chunk.length > 2 * this.#maxBytes) {
      this.#isWhole.all = false;
      return;
    }
    this.#moved.parts.push(chunk);
    this.#older.bytes += chunk.length;
  }

  /** Marks the lines so far as moved to an older file; line numbers restart. */
  #beginFile(): void {
    const keepsBoth = this.#older.bytes + this.#recent.bytes <= this.#maxBytes;
    if (!keepsBoth && this.#older.bytes > 0) this.#isWhole.all = false;
    this.#older = keepsBoth ? together(this.#older, this.#recent) : this.#recent;
    this.#moved = this.#current;
    this.#moved.into = this.#older;
    this.#isWhole.file = true;
    this.#recent = emptyStretch();
    this.#current = openReader(this.#recent);
  }

  #giveUp(): void {
    this.#reset();
    this.#gaveUp = true;
  }

  #reset(): void {
    this.#older = emptyStretch();
    this.#recent = emptyStretch();
    this.#isWhole = { all: true, file: true };
    this.#moved = undefined;
    this.#current = openReader(this.#recent);
  }
}

/** Reads the parts of one file into a stretch, which may change. */
interface Reader {
  parts: LogParts;
  into: Stretch;
}

function openReader(into: Stretch): Reader {
  const reader: Reader = {
    into,
    parts: new LogParts({
      line: (line) => reader.into.lines.push(line),
      span: (span) => reader.into.spans.push(span),
    }),
  };
  return reader;
}

/** A copy, with the line or span that has not ended yet. */
function withRest({ parts }: Reader, { lines, spans, bytes }: Stretch): Stretch {
  const copy: Stretch = { lines: [...lines], spans: [...spans], bytes };
  parts.peek({ line: (line) => copy.lines.push(line), span: (span) => copy.spans.push(span) });
  return copy;
}

function together(a: Stretch, b: Stretch): Stretch {
  return {
    lines: [...a.lines, ...b.lines],
    spans: [...a.spans, ...b.spans],
    bytes: a.bytes + b.bytes,
  };
}

/** The file as it is now, and with it what was moved away while it was followed. */
interface Kept {
  file: LogContent;
  all: LogContent;
}

function joined(stretches: readonly Stretch[], isWhole: boolean): LogContent {
  return {
    lines: stretches.flatMap(({ lines }) => lines),
    spans: stretches.flatMap(({ spans }) => spans),
    ...(isWhole ? {} : { lastBytes: stretches.reduce((sum, { bytes }) => sum + bytes, 0) }),
  };
}

function emptyStretch(): Stretch {
  return { lines: [], spans: [], bytes: 0 };
}

/** Whether the lines reach back to before the moment: the first that says its time does. */
function isOlder(lines: readonly BlockLine[], thanMs: number): boolean {
  for (const { text } of lines) {
    const { timeMs } = toRecord(text, 0);
    if (timeMs !== undefined) return timeMs < thanMs;
  }
  return false;
}

/** The tail that all attempts of a run share; `undefined` where the log can only be read anew. */
export function tailOf(access: LogAccess, { shared, clock }: LogScope): LogTail | undefined {
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
    tail = new LogTail(follow.call(access), { startedMs: clock.now() });
    tails.set(access, tail);
  }
  return tail;
}

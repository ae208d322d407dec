import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { logFile } from '../state.ts';

const tailBytes = 256 * 1024;
const chunkBytes = 1024 * 1024;

export function fileSize(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

/** Returns the last lines of a file, of what was written after `from`. */
export function lastLines(file: string, count: number, from = 0): string[] {
  if (!existsSync(file) || count <= 0) return [];
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(from > size ? 0 : from, size - tailBytes);
    const bytes = Buffer.alloc(size - start);
    readSync(descriptor, bytes, 0, bytes.length, start);
    const lines = bytes.toString('utf8').split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines.slice(-count);
  } finally {
    closeSync(descriptor);
  }
}

/** Starts a new log for a new run; the one before is kept as `<service>.log.1`. */
export function rotateLog(root: string, service: string): void {
  const file = logFile(root, service);
  if (fileSize(file) > 0) renameSync(file, `${file}.1`);
}

/**
 * Keeps a log below a size while its service writes: moves its content, at most the last `maxBytes`, to `<file>.1` and
 * empties it. The service appends through its own descriptor and is not disturbed. What it writes between the last read
 * and the cut is lost: less than a millisecond of a log that grows faster than anyone reads. Returns the number of bytes that
 * are not in `<file>.1` either, if it was cut.
 */
export function limitLog(file: string, maxBytes: number): number | undefined {
  if (fileSize(file) <= maxBytes) return undefined;
  const source = openSync(file, 'r+');
  const target = openSync(`${file}.1`, 'w', 0o600);
  try {
    const chunk = Buffer.alloc(chunkBytes);
    const dropped = Math.max(0, fstatSync(source).size - maxBytes);
    let at = dropped;
    const end = at + 2 * maxBytes;
    for (let read = 1; read > 0 && at < end; at += read) {
      read = readSync(source, chunk, 0, chunkBytes, at);
      writeSync(target, chunk, 0, read);
    }
    ftruncateSync(source, 0);
    return dropped;
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

/** The part of a log that one run writes, also after `limit` moved it to `<file>.1`. */
export class RunLog {
  readonly #file: string;
  #start: number;
  #movedStart: number | undefined;

  constructor(file: string) {
    this.#file = file;
    this.#start = fileSize(file);
  }

  /** Size of the log before the run. */
  get start(): number {
    return this.#start;
  }

  limit(maxBytes: number): void {
    const dropped = limitLog(this.#file, maxBytes);
    if (dropped === undefined) return;
    this.#movedStart = Math.max(0, this.#start - dropped);
    this.#start = 0;
  }

  lastLines(count: number): string[] {
    const moved = this.#movedStart === undefined ? [] : lastLines(`${this.#file}.1`, count, this.#movedStart);
    return [...moved, ...lastLines(this.#file, count, this.#start)].slice(-count);
  }
}

/** Looks for a pattern in the lines of a growing log, each line once. */
export class LogSearch {
  readonly #file: string;
  readonly #pattern: RegExp;
  #at: number;
  #rest = '';
  #found = false;

  constructor(file: string, pattern: string, from: number) {
    this.#file = file;
    this.#pattern = new RegExp(pattern);
    this.#at = from;
  }

  /** Returns true once a line has matched, also an unfinished one. */
  found(): boolean {
    if (this.#found || !existsSync(this.#file)) return this.#found;
    const descriptor = openSync(this.#file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      if (size < this.#at) this.#at = 0;
      const chunk = Buffer.alloc(Math.min(chunkBytes, Math.max(0, size - this.#at)));
      while (!this.#found && this.#at < size) {
        const read = readSync(descriptor, chunk, 0, chunk.length, this.#at);
        if (read === 0) break;
        this.#at += read;
        const lines = (this.#rest + chunk.toString('utf8', 0, read)).split('\n');
        this.#found = lines.some((line) => this.#pattern.test(withoutColors(line)));
        this.#rest = (lines.at(-1) ?? '').slice(-tailBytes);
      }
    } finally {
      closeSync(descriptor);
    }
    return this.#found;
  }
}

function withoutColors(line: string): string {
  return line.replace(/\u001b\[[\d;]*[A-Za-z]/g, '').replace(/\r$/, '');
}

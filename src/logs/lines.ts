/** A line as it lies in a buffer; `bytes` is only valid during the call. */
export interface Line {
  bytes: Buffer;
  /** From 1. */
  number: number;
  /** Of its first byte in the stream. */
  offset: number;
  /** Longer than the limit: `bytes` holds its start alone. */
  tooLong: boolean;
  /** The stream ended without a newline after it. */
  unterminated: boolean;
}

/** Longest line that is looked at as a whole; of a longer one only the first bytes are kept. */
export const defaultMaxLineBytes = 1024 * 1024;
/** Bytes that are kept of a line that is too long. */
const keptBytes = 4096;
const newline = 10;
const carriageReturn = 13;

/**
 * Splits a stream of bytes at newlines (a carriage return before one goes with it, a bare one is part of its line).
 * Memory is bounded by the longest line allowed, whatever the stream holds.
 */
export class LineSplitter {
  readonly #onLine: (line: Line) => void;
  readonly #maxLineBytes: number;
  /** The start of a line whose end has not arrived; grows by doubling, so that drops of one byte cost no more than floods. */
  #pending = Buffer.allocUnsafe(0);
  #pendingBytes = 0;
  #skipping = false;
  #number = 0;
  #offset = 0;

  constructor(onLine: (line: Line) => void, maxLineBytes = defaultMaxLineBytes) {
    this.#onLine = onLine;
    this.#maxLineBytes = maxLineBytes;
  }

  push(chunk: Uint8Array): void {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let start = 0;
    while (start < buffer.length) {
      const end = buffer.indexOf(newline, start);
      if (end === -1) {
        this.#keep(buffer.subarray(start));
        return;
      }
      const part = buffer.subarray(start, end);
      if (this.#pendingBytes === 0 && part.length <= this.#maxLineBytes) {
        this.#emit(part, part.length + 1, false, false);
      } else {
        this.#keep(part);
        this.#flush(1, false);
      }
      start = end + 1;
    }
  }

  /** The stream is over: what has no newline is a line as well. */
  end(): void {
    if (this.#pendingBytes > 0) this.#flush(0, true);
  }

  /** The line that has not ended, as `end` would give it. */
  peek(): Pick<Line, 'bytes' | 'number'> | undefined {
    if (this.#pendingBytes === 0) return undefined;
    const kept = this.#skipping ? Math.min(keptBytes, this.#pendingBytes) : this.#pendingBytes;
    return { bytes: withoutReturn(this.#pending.subarray(0, kept)), number: this.#number + 1 };
  }

  #keep(part: Buffer): void {
    if (!this.#skipping) {
      const wanted = this.#pendingBytes + part.length;
      this.#skipping = wanted > this.#maxLineBytes;
      const kept = this.#skipping ? Math.max(0, keptBytes - this.#pendingBytes) : part.length;
      this.#reserve(this.#pendingBytes + kept);
      part.copy(this.#pending, this.#pendingBytes, 0, kept);
    }
    this.#pendingBytes += part.length;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#pending.length) return;
    const larger = Buffer.allocUnsafe(Math.max(bytes, this.#pending.length * 2, keptBytes));
    this.#pending.copy(larger, 0, 0, Math.min(this.#pendingBytes, this.#pending.length));
    this.#pending = larger;
  }

  #flush(terminator: number, unterminated: boolean): void {
    const tooLong = this.#skipping;
    const length = this.#pendingBytes;
    this.#pendingBytes = 0;
    this.#skipping = false;
    this.#emit(
      this.#pending.subarray(0, tooLong ? Math.min(keptBytes, length) : length),
      length + terminator,
      tooLong,
      unterminated,
    );
  }

  #emit(part: Buffer, length: number, tooLong: boolean, unterminated: boolean): void {
    const offset = this.#offset;
    this.#offset += length;
    this.#number += 1;
    this.#onLine({ bytes: withoutReturn(part), number: this.#number, offset, tooLong, unterminated });
  }
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
}

import { decodeEscapes } from './decode-escapes.ts';

const readBytes = 1024 * 1024;
/** Behind the data, for loads of four bytes. */
const slackBytes = 8;
export const newline = 10;

/** The part of a log that is being judged: room for a read and for the line that the read before it left unfinished. */
export class LogBuffer {
  readonly bytes: Buffer;
  /** Where the text of a frame is written; as long as a line. */
  private readonly scratch: number;
  readonly longestText: number;
  /** In the log, of the line whose text is there. */
  private scratchOffset = 0;
  /** The same bytes, for loads of four. */
  readonly view: DataView;
  /** Start of the data that is not judged yet. */
  begin = 0;
  /** End of the data that is not judged yet. */
  end = 0;
  /** Where in the log the buffer's first byte is. */
  base = 0;

  constructor(maxLineBytes: number) {
    this.longestText = maxLineBytes;
    this.scratch = maxLineBytes + readBytes + slackBytes;
    this.bytes = Buffer.alloc(this.scratch + maxLineBytes + slackBytes);
    this.bytes.fill(newline, 0, this.scratch);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  }

  /** For another log. */
  reset(): this {
    this.begin = 0;
    this.end = 0;
    this.base = 0;
    return this;
  }

  /** Where the next bytes go; never empty, as long as no more than a line is left unjudged. */
  room(): Uint8Array {
    if (this.begin > 0) {
      this.bytes.copyWithin(0, this.begin, this.end);
      this.base += this.begin;
      this.end -= this.begin;
      this.begin = 0;
    }
    return this.bytes.subarray(this.end, this.scratch - slackBytes);
  }

  /** Ends the log with a newline that it may lack; returns where that lies. */
  close(): number {
    this.bytes.fill(newline, this.end, this.scratch);
    return this.end;
  }

  /** Whether the text was written here, and is overwritten by the next one. */
  isWritten(at: number): boolean {
    return at >= this.scratch;
  }

  /** Position in the log of a byte of the line that is judged. */
  offsetOf(at: number): number {
    return at < this.scratch ? this.base + at : this.scratchOffset;
  }

  /** Decodes the text of a JSON string that was found valid. The result is valid until the next call that writes. */
  unescape(from: number, to: number): { start: number; end: number } {
    this.scratchOffset = this.offsetOf(from);
    return this.ended(decodeEscapes(this.bytes, from, to, this.scratch));
  }

  /** Writes a text of another origin, as far as it fits. `offset`: of its line in the log. */
  write(text: string, offset: number): { start: number; end: number } {
    return this.writeBytes([Buffer.from(text)], offset);
  }

  writeBytes(parts: readonly Buffer[], offset: number): { start: number; end: number } {
    this.scratchOffset = offset;
    let end = this.scratch;
    for (const part of parts) end += part.copy(this.bytes, end, 0, this.scratch + this.longestText - end);
    return this.ended(end);
  }

  private ended(end: number): { start: number; end: number } {
    this.bytes.fill(newline, end, end + slackBytes);
    return { start: this.scratch, end };
  }

  text(start: number, end: number): string {
    return this.bytes.toString('utf8', start, end);
  }

  /** For what is ASCII where it is right; whatever it is, it is as long as its bytes. */
  ascii(start: number, end: number): string {
    return this.bytes.toString('latin1', start, end);
  }
}

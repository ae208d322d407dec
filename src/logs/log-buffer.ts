const readBytes = 1024 * 1024;
/** Behind the data, for loads of four bytes. */
const slackBytes = 8;
export const newline = 10;

/** The part of a log that is being judged: room for a read and for the line that the read before it left unfinished. */
export class LogBuffer {
  readonly bytes: Buffer;
  /** The same bytes, for loads of four. */
  readonly view: DataView;
  /** Start of the data that is not judged yet. */
  begin = 0;
  /** End of the data that is not judged yet. */
  end = 0;
  /** Where in the log the buffer's first byte is. */
  base = 0;

  constructor(maxLineBytes: number) {
    this.bytes = Buffer.alloc(maxLineBytes + readBytes + slackBytes, newline);
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
    return this.bytes.subarray(this.end, this.bytes.length - slackBytes);
  }

  /** Ends the log with a newline that it may lack; returns where that lies. */
  close(): number {
    this.bytes.fill(newline, this.end);
    return this.end;
  }

  text(start: number, end: number): string {
    return this.bytes.toString('utf8', start, end);
  }

  /** For what is ASCII where it is right; whatever it is, it is as long as its bytes. */
  ascii(start: number, end: number): string {
    return this.bytes.toString('latin1', start, end);
  }
}

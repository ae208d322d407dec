import type { LogRecord, SpanData } from '../../check/probes.ts';
import { parsePrintedSpan } from '../spans/printed-span.ts';
import { BlockCollector, type BlockLine, type BlockSink } from './blocks.ts';
import { LineSplitter } from './lines.ts';
import { toRecord } from './record.ts';
import type { Shape } from './shape.ts';

export type ShapedRecord = LogRecord & { shape: Shape };

export interface LogReaderSink {
  /** `text` is the whole line; the record keeps its start. */
  record(record: ShapedRecord, text: string): void;
  /** Whether a line is worth reading; the others are only counted. Default: all are. */
  wants?(text: string): boolean;
  /** A span that a console exporter printed between the log's lines. */
  span?(span: SpanData): void;
}

const byteOrderMark = '\ufeff';

/** Bytes of a console in, records and printed spans out. Blank lines are neither. */
export class LogReader {
  readonly #parts: LogParts;
  #records = 0;

  constructor(sink: LogReaderSink) {
    this.#parts = new LogParts({
      line: ({ text, number }) => {
        this.#records += 1;
        if (sink.wants === undefined || sink.wants(text)) sink.record(toRecord(text, number), text);
      },
      span: (span) => sink.span?.(span),
    });
  }

  /** Lines so far, whatever they were. */
  get lines(): number {
    return this.#parts.lines;
  }

  /** Lines so far that are neither blank nor part of a printed span. */
  get records(): number {
    return this.#records;
  }

  push(chunk: Uint8Array): void {
    this.#parts.push(chunk);
  }

  end(): void {
    this.#parts.end();
  }
}

export interface LogPartsSink {
  /** Neither blank nor part of a printed span. */
  line(line: BlockLine): void;
  span(span: SpanData): void;
}

/** Bytes of a console in, its lines and printed spans out. */
export class LogParts {
  readonly #splitter: LineSplitter;
  readonly #blocks: BlockCollector;
  #lines = 0;

  constructor(sink: LogPartsSink) {
    this.#blocks = new BlockCollector(blockSink(sink));
    this.#splitter = new LineSplitter(({ bytes, number }) => {
      this.#lines = number;
      this.#blocks.add(lineOf(bytes, number));
    });
  }

  get lines(): number {
    return this.#lines;
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  /** What `end` would give now, without an end: more may come. */
  peek(sink: LogPartsSink): void {
    const blocks = new BlockCollector(blockSink(sink));
    for (const line of this.#blocks.open) blocks.add(line);
    const last = this.#splitter.peek();
    if (last) blocks.add(lineOf(last.bytes, last.number));
    blocks.end();
  }

  end(): void {
    this.#splitter.end();
    this.#blocks.end();
  }
}

function blockSink(sink: LogPartsSink): BlockSink {
  return {
    line: (line) => {
      if (line.text.trim() !== '') sink.line(line);
    },
    block: (text) => {
      const span = parsePrintedSpan(text);
      if (span) sink.span(span);
      return span !== undefined;
    },
  };
}

function lineOf(bytes: Buffer, number: number): BlockLine {
  const text = bytes.toString('utf8');
  return { text: number === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text, number };
}

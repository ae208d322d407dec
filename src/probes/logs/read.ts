import type { LogRecord, SpanData } from '../../check/probes.ts';
import { parsePrintedSpan } from '../spans/printed-span.ts';
import { BlockCollector } from './blocks.ts';
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
  readonly #splitter: LineSplitter;
  readonly #blocks: BlockCollector;
  #lines = 0;
  #records = 0;

  constructor(sink: LogReaderSink) {
    this.#blocks = new BlockCollector({
      line: ({ text, number }) => {
        if (text.trim() === '') return;
        this.#records += 1;
        if (sink.wants === undefined || sink.wants(text)) sink.record(toRecord(text, number), text);
      },
      block: (text) => {
        const span = parsePrintedSpan(text);
        if (span) sink.span?.(span);
        return span !== undefined;
      },
    });
    this.#splitter = new LineSplitter(({ bytes, number }) => {
      this.#lines = number;
      const text = bytes.toString('utf8');
      this.#blocks.add({
        text: number === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text,
        number,
      });
    });
  }

  /** Lines so far, whatever they were. */
  get lines(): number {
    return this.#lines;
  }

  /** Lines so far that are neither blank nor part of a printed span. */
  get records(): number {
    return this.#records;
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  end(): void {
    this.#splitter.end();
    this.#blocks.end();
  }
}

import type { SpanData } from '../check/probes.ts';
import { BlockCollector, type BlockLine, type BlockSink } from './blocks.ts';
import { LineSplitter } from './lines.ts';
import { parsePrintedSpan } from './printed-spans/printed-span.ts';

const byteOrderMark = '\ufeff';

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

  /** Returns the result of `end` without ending the input. */
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

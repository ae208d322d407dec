import type { SpanData } from '../check/probes.ts';
import { BlockCollector, type BlockLine, type BlockSink } from './blocks.ts';
import { LineSplitter } from './lines.ts';
import { parsePrinted } from './printed-block.ts';
import { innerText } from './unframe.ts';

const byteOrderMark = '\ufeff';

export interface LogPartsSink {
  /** Neither blank nor part of a printed span; a log record that was printed over several lines is one line of JSON. */
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
  const pass = (line: BlockLine) => {
    if ((line.inner ?? line.text).trim() !== '') sink.line({ text: line.text, number: line.number });
  };
  return {
    line: pass,
    // What announces a script shows where a start begins.
    wrapper: pass,
    block: (text, { number }) => {
      const printed = parsePrinted(text);
      if (printed?.kind === 'span') sink.span(printed.span);
      if (printed?.kind === 'record') sink.line({ text: printed.json, number });
      return printed !== undefined;
    },
  };
}

function lineOf(bytes: Buffer, number: number): BlockLine {
  const whole = bytes.toString('utf8');
  const text = number === 1 && whole.startsWith(byteOrderMark) ? whole.slice(1) : whole;
  const inner = innerText(text);
  return inner === text ? { text, number } : { text, number, inner };
}

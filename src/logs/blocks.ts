import { isCommandOf, wrapperLineOf } from './wrapper-lines.ts';

/**
 * Console exporters print a span or a log record over many lines, between log lines. A block begins with a line that is `{` alone and
 * ends with `}` alone; its lines are indented. A line at the margin in between is a log line that got there from
 * another writer. A block that never ends, or grows over the limit, is given back as the lines that it was.
 */
export interface BlockLine {
  text: string;
  number: number;
  /** The text without frames around it, if it has any. */
  inner?: string;
}

export interface BlockSink<Of extends BlockLine = BlockLine> {
  line(line: Of): void;
  /** A whole block. Returns whether it is one to be taken out of the log (a span, a log record); otherwise its lines are log lines. */
  block(text: string, first: Of): boolean;
  /** A line of `npm run` or another program around the service. */
  wrapper?(line: Of): void;
}

const maxBlockBytes = 512 * 1024;
const colours = /\u001b\[\d+(?:;\d+)*m/g;

export class BlockCollector<Of extends BlockLine = BlockLine> {
  readonly #sink: BlockSink<Of>;
  #open: Of[] | undefined;
  #bytes = 0;
  /** A line that announces a script if the next one names its command. */
  #script: Of | undefined;

  constructor(sink: BlockSink<Of>) {
    this.#sink = sink;
  }

  add(line: Of): void {
    const text = line.inner ?? line.text;
    if (this.#takeWrapper(line, text)) return;
    if (text === '{') {
      this.#giveBack();
      this.#open = [line];
      this.#bytes = 1;
    } else if (!this.#open || !belongs(text)) {
      this.#sink.line(line);
    } else if (text[0] === '}') {
      this.#close(line);
    } else {
      this.#open.push(line);
      this.#bytes += text.length + 1;
      if (this.#bytes > maxBlockBytes) this.#giveBack();
    }
  }

  /** The lines of a block that has not ended. */
  get open(): readonly Of[] {
    return [...(this.#open ?? []), ...(this.#script ? [this.#script] : [])];
  }

  end(): void {
    this.#giveBack();
    if (this.#script) this.#sink.line(this.#script);
    this.#script = undefined;
  }

  #takeWrapper(line: Of, text: string): boolean {
    const script = this.#script;
    this.#script = undefined;
    if (script) {
      const isCommand = line.number === script.number + 1 && isCommandOf(script.inner ?? script.text, text);
      if (isCommand) {
        this.#sink.wrapper?.(script);
        this.#sink.wrapper?.(line);
        return true;
      }
      this.#sink.line(script);
    }
    const wrapper = this.#open ? undefined : wrapperLineOf(text, line.number);
    if (wrapper === 'script') this.#script = line;
    if (wrapper === 'whole') this.#sink.wrapper?.(line);
    return wrapper !== undefined;
  }

  #close(line: Of): void {
    const lines = this.#open!.map((each) => each.inner ?? each.text);
    const text = [...lines, '}'].join('\n').replace(colours, '');
    const taken = this.#sink.block(text, this.#open![0]!);
    if (taken) this.#open = undefined;
    else {
      this.#open!.push(line);
      this.#giveBack();
    }
  }

  #giveBack(): void {
    const lines = this.#open;
    this.#open = undefined;
    this.#bytes = 0;
    for (const line of lines ?? []) this.#sink.line(line);
  }
}

function belongs(text: string): boolean {
  return text === '}' || text === '},' || text[0] === ' ' || text[0] === '\t';
}

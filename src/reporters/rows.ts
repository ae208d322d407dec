import { stripVTControlCharacters } from 'node:util';
import { Chalk } from 'chalk';
import { DefaultRenderer, ListrEventManager, ListrLogger, ProcessOutput, Spinner } from 'listr2';
import { safeLine, safeText } from '../base/safe-text.ts';
import { besideText } from '../base/wrap-text.ts';
import { canvasOf, type Screen } from './screen.ts';

export type RowState = 'running' | 'done' | 'failed';

/** A line with a spinner, or with what came of it. Its texts may come from anywhere. */
export interface Row {
  /** Seen at the next turn of the spinner. `aside` is dimmed, and cut to what the line has left. */
  show(state: RowState, text: string, aside?: string): void;
}

export interface Rows {
  add(): Row;
  /** Draws for the last time; resolves once that is written. */
  end(): Promise<void>;
}

export interface RowsOptions {
  /** The picture stays. Otherwise it is taken away. */
  keep: boolean;
  /** What is over sooner is not worth a flicker. Default 0. */
  delayMs?: number;
  /** A last line, made anew for each picture. */
  footer?: () => string;
}

interface Line {
  /** Without a state: what others wrote, as it is. */
  state?: RowState;
  text: string;
  aside?: string;
}

const leastAside = 10;

/** Lines that are redrawn in their place: listr2's renderer draws and removes them, their text is made here. */
export function createRows(screen: Screen, { keep, delayMs = 0, footer }: RowsOptions): Rows {
  const paint = new Chalk({ level: screen.color ? 1 : 0 });
  const { stream, flushed } = canvasOf(screen);
  const lines: Line[] = [];
  const spinner = new Spinner();
  const sign = (state: RowState, isLast: boolean) => {
    if (state === 'done') return paint.green('✔');
    if (state === 'failed') return paint.red('✖');
    // What did not end is not animated any more.
    return isLast ? paint.dim('·') : paint.cyan(spinner.fetch());
  };
  /** While it is drawn, each is one line; the last picture has all its words, folded behind the name. */
  const put = ({ state, text, aside }: Line, isLast: boolean) => {
    if (!state) return text;
    const width = screen.columns - 1;
    const start = `${sign(state, isLast)} `;
    const [name = ''] = /^\S+ +/.exec(text) ?? [];
    const lines = isLast
      ? besideText(`${start}${name}`, text.slice(name.length), width)
      : [`${start}${text.length <= width - 2 ? text : `${text.slice(0, width - 3)}…`}`];
    const room = width - stripVTControlCharacters(lines.at(-1) as string).length - 2;
    return `${lines.join('\n')}${aside && room >= leastAside ? `  ${paint.dim(safeLine(aside, room))}` : ''}`;
  };
  /** Where there are more lines than room, those that are done make place for what runs or failed. */
  const picture = () => {
    const end = footer ? [paint.dim(footer())] : [];
    const excess = lines.length - (screen.rows - 2 - end.length);
    let toHide = excess > 0 ? excess + 1 : 0;
    const shown = lines.filter(({ state }) => state !== 'done' || toHide-- <= 0);
    const hidden = lines.length - shown.length;
    if (hidden > 0) end.unshift(paint.dim(`  and ${hidden} that are done`));
    return [...shown.map((line) => put(line, false)), ...end];
  };

  class Picture extends DefaultRenderer {
    override create(what?: Parameters<DefaultRenderer['create']>[0]): string {
      const isLast = what?.prompt === false;
      return (isLast ? lines.map((line) => put(line, true)) : picture()).join('\n');
    }
  }
  const logger = new ListrLogger({ processOutput: outputTo(stream) });
  const renderer = new Picture([], { clearOutput: !keep, logger, spinner }, new ListrEventManager());
  let drawing: Promise<void> | undefined;
  const draw = () => {
    if (drawing) return;
    drawing = renderer.render();
    screen.divert = (text) => {
      for (const each of text.trimEnd().split('\n')) lines.push({ text: each });
    };
  };
  const timer = delayMs > 0 ? setTimeout(draw, delayMs).unref() : undefined;

  return {
    add() {
      const row: Line = { state: 'running', text: '' };
      lines.push(row);
      if (!timer) draw();
      return {
        show(state, text, aside = '') {
          // Keeps blanks: columns stay aligned.
          Object.assign(row, { state, text: safeText(text).replace(/\s/g, ' '), aside });
        },
      };
    },
    async end() {
      clearTimeout(timer);
      screen.divert = undefined;
      const drawn = drawing;
      drawing = undefined;
      await drawn;
      if (drawn) renderer.end();
      if (!keep) for (const { state, text } of lines.splice(0)) if (!state) stream.write(`${text}\n`);
      await flushed();
    },
  };
}

/** listr2 takes a copy of its stream, and with it the size of the window at that moment; and it holds back what others write. */
function outputTo(stream: NodeJS.WriteStream): ProcessOutput {
  class Output extends ProcessOutput {
    override get stdout() {
      return stream;
    }
    override hijack() {}
    override release() {}
  }
  return new Output(stream, stream);
}

import { stripVTControlCharacters } from 'node:util';
import type { ChalkInstance } from 'chalk';
import {
  DefaultRenderer,
  type ListrDefaultRendererTask,
  type ListrEventManager,
  ListrLogger,
  ProcessOutput,
} from 'listr2';

export interface PictureOptions {
  tasks: ListrDefaultRendererTask[];
  events: ListrEventManager;
  stream: NodeJS.WriteStream;
  paint: ChalkInstance;
  keep: boolean;
  footer?: () => string;
  /** Called before each picture. */
  prepare(): void;
}

/** The tasks as listr2 draws them, on any stream, in a window that may be lower than the list and may change its size. */
export function createPicture(options: PictureOptions): DefaultRenderer {
  const { tasks, events, stream, paint, keep, footer, prepare } = options;

  class Picture extends DefaultRenderer {
    /** Whether this is a terminal was asked before; listr2 asks standard output. */
    static override nonTTY = true;
    #drawn: string[] = [];
    #columns = stream.columns;

    override create(what?: Parameters<DefaultRenderer['create']>[0]): string {
      prepare();
      const text = super.create(what);
      const isLast = what?.prompt === false;
      if (isLast) return text;
      const end = footer ? [paint.dim(footer())] : [];
      this.#takeFolded();
      this.#columns = stream.columns;
      this.#drawn = [...condense(text.split('\n'), stream.rows - 2 - end.length, paint), ...end];
      return this.#drawn.join('\n');
    }

    /** A window that became narrower has folded the lines: there is more to be taken away than was drawn. */
    #takeFolded(): void {
      if (stream.columns >= this.#columns) return;
      const height = (columns: number) =>
        this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
      stream.write(`\x1b[${height(stream.columns)}A\x1b[0J${'\n'.repeat(height(this.#columns))}`);
    }
  }

  return new Picture(
    tasks,
    {
      clearOutput: !keep,
      logger: new ListrLogger({ processOutput: outputTo(stream) }),
      icon: { COMPLETED: '✔', FAILED: '✖', SKIPPED_WITH_COLLAPSE: '·', WAITING: '' },
      color: {
        PENDING: paint.cyan,
        COMPLETED: paint.green,
        FAILED: paint.red,
        SKIPPED_WITH_COLLAPSE: paint.dim,
      },
    },
    events,
  );
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

/** Where there are more lines than room, those that are done make place for what runs or failed. */
function condense(lines: readonly string[], room: number, paint: ChalkInstance): string[] {
  const tooMany = lines.length > room ? lines.length - room + 1 : 0;
  let excess = tooMany;
  const left = lines.filter((line) => excess === 0 || !isDone(line) || excess-- === 0);
  return excess === tooMany ? [...lines] : [...left, paint.dim(`  and ${tooMany - excess} that are done`)];
}

const isDone = (line: string) => stripVTControlCharacters(line).startsWith('✔');
const widthOf = (line: string) => stripVTControlCharacters(line).length;

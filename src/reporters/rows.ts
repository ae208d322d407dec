import { Chalk } from 'chalk';
import { Listr, type ListrDefaultRendererTask, ListrTaskState } from 'listr2';
import { safeLine, safeText } from '../base/safe-text.ts';
import { createPicture } from './picture.ts';
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

const states: Record<RowState, ListrTaskState> = {
  running: ListrTaskState.STARTED,
  done: ListrTaskState.COMPLETED,
  failed: ListrTaskState.FAILED,
};
/** The spinner and its space; listr2 leaves two columns at the right, and takes a sign for two columns wide. */
const margin = 5;
const leastAside = 10;

/** Lines that are redrawn in their place: tasks of listr2, which events drive here, drawn by its renderer. */
export function createRows(screen: Screen, { keep, delayMs = 0, footer }: RowsOptions): Rows {
  const paint = new Chalk({ level: screen.color ? 1 : 0 });
  const canvas = canvasOf(screen);
  const listr = new Listr([], { renderer: 'silent', exitOnError: false, registerSignalListeners: false });
  const titles = new Map<(typeof listr.tasks)[number], () => string>();
  const picture = createPicture({
    tasks: listr.tasks as unknown as ListrDefaultRendererTask[],
    events: listr.events,
    stream: canvas.stream,
    paint,
    keep,
    ...(footer ? { footer } : {}),
    prepare() {
      for (const [task, title] of titles) task.title = title();
    },
  });
  const diverted: string[] = [];
  let drawing: Promise<void> | undefined;
  let ended = false;

  const addTask = (title: () => string) => {
    listr.add({ title: ' ', task() {} });
    const task = listr.tasks.at(-1)!;
    titles.set(task, title);
    void task.check({});
    return task;
  };
  const draw = () => {
    if (drawing) return;
    drawing = picture.render();
    screen.divert = (text) => {
      diverted.push(text);
      addTask(() => text.trim());
    };
  };
  const titleOf = (text: string, aside: string) => {
    // Folds no blanks: what stands in columns stays there.
    const line = safeText(text).replace(/\s/g, ' ');
    const room = screen.columns - margin - line.length - 2;
    return room < leastAside || !aside ? line : `${line}  ${paint.dim(safeLine(aside, room))}`;
  };
  const timer = delayMs > 0 ? setTimeout(draw, delayMs).unref() : undefined;

  return {
    add() {
      const task = addTask(() => ' ');
      if (!timer) draw();
      return {
        show(state, text, aside = '') {
          task.state = states[state];
          titles.set(task, () => titleOf(text, aside));
        },
      };
    },
    async end() {
      clearTimeout(timer);
      screen.divert = undefined;
      if (drawing && !ended) {
        ended = true;
        await drawing;
        // What did not end stands still.
        for (const task of listr.tasks) if (task.isStarted()) task.state = ListrTaskState.SKIPPED;
        picture.end();
      }
      if (!keep) for (const text of diverted.splice(0)) canvas.stream.write(text);
      await canvas.flushed();
    },
  };
}

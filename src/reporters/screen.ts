import { clearLine, cursorTo, type Direction, moveCursor } from 'node:readline';

/** Where progress is drawn: a terminal. */
export interface Screen {
  write(text: string): Promise<void>;
  /** As they are now: a window changes its size. */
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
  /** While it is set, it takes what others write: nothing may be written into a picture. */
  divert?: ((text: string) => void) | undefined;
}

/** A stream for what draws, past `divert`; `flushed` resolves once all of it is written. */
export interface Canvas {
  stream: NodeJS.WriteStream;
  flushed(): Promise<void>;
}

/** What is drawn goes the way of all output, so that it is redacted; a terminal that went away is not our concern. */
export function canvasOf(screen: Screen): Canvas {
  let written: Promise<void> = Promise.resolve();
  const stream: object = {
    isTTY: true,
    get columns() {
      return screen.columns;
    },
    get rows() {
      return screen.rows;
    },
    write(text: string) {
      const { divert } = screen;
      screen.divert = undefined;
      written = screen.write(text).catch(() => {});
      screen.divert = divert;
      return true;
    },
    cursorTo: (x: number) => cursorTo(canvas, x),
    moveCursor: (x: number, y: number) => moveCursor(canvas, x, y),
    clearLine: (direction: Direction) => clearLine(canvas, direction),
  };
  const canvas = stream as NodeJS.WriteStream;
  return { stream: canvas, flushed: () => written };
}

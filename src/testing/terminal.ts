/** A terminal as far as progress needs one: lines that are redrawn, folded at the right edge, and scrolled out at the top. */
import type { Screen } from '../reporters/screen.ts';

export interface TestTerminal extends Screen {
  rows: number;
  /** Makes the window narrower. */
  narrow(columns: number): void;
  /** All lines, those that were scrolled out first; blanks and blank lines at the end are left out. */
  lines(): string[];
  /** Characters that steer a terminal and are none of those that this one knows. */
  readonly unknown: string[];
}

export interface TestTerminalOptions {
  columns?: number;
  rows?: number;
  /** Whether a narrower window folds its lines, as most terminals do, or cuts them, as xterm does. Default true. */
  reflows?: boolean;
}

export function createTerminal(size: TestTerminalOptions = {}): TestTerminal {
  const grid: string[][] = [[]];
  const unknown: string[] = [];
  let [x, y] = [0, 0];
  const top = () => Math.max(0, grid.length - terminal.rows);
  const moves: Readonly<Record<string, (count: number) => void>> = {
    A: (count) => {
      y = Math.max(top(), y - (count || 1));
    },
    G: (column) => {
      x = Math.max(0, column - 1);
    },
    K: (what) => {
      grid[y] = what === 2 ? [] : (grid[y] ?? []).slice(0, x);
    },
    J: () => {
      grid[y] = (grid[y] ?? []).slice(0, x);
      grid.splice(y + 1);
    },
    m: () => {},
    h: () => {},
    l: () => {},
  };
  const put = (character: string) => {
    if (x >= terminal.columns) [x, y] = [0, y + 1];
    while (grid.length <= y) grid.push([]);
    const line = grid[y] as string[];
    while (line.length < x) line.push(' ');
    line[x++] = character;
  };
  let columns = size.columns ?? 80;
  const terminal: TestTerminal = {
    get columns() {
      return columns;
    },
    rows: size.rows ?? 24,
    color: true,
    narrow(to) {
      columns = to;
      if (size.reflows === false) {
        for (const line of grid) line.splice(to);
        return;
      }
      const folded = grid.flatMap((line) => line.join('').match(new RegExp(`.{1,${to}}`, 'gu')) ?? ['']);
      grid.splice(0, grid.length, ...folded.map((line) => [...line]));
      y = grid.length - 1;
    },
    unknown,
    lines: () =>
      grid
        .map((line) => line.join('').trimEnd())
        .join('\n')
        .trimEnd()
        .split('\n'),
    async write(text) {
      if (terminal.divert) return terminal.divert(text);
      for (const [part, , count, name] of text.matchAll(/\x1b\[(\??)(\d*)([A-Za-z])|[\s\S]/gu)) {
        const move = name === undefined ? undefined : moves[name];
        if (move) move(Number(count));
        else if (part === '\n') {
          [x, y] = [0, y + 1];
          while (grid.length <= y) grid.push([]);
        } else if (/[\x00-\x1f\x7f-\x9f]/.test(part)) unknown.push(part);
        else put(part);
      }
    },
  };
  return terminal;
}

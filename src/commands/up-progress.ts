import { formatDuration } from '../base/duration.ts';
import { safeLine } from '../base/safe-text.ts';
import type { RuntimeEvent } from '../runtimes/runtime.ts';
import type { Output } from './invocation.ts';
import { type Style, styleFor } from './style.ts';

/** Shows how a stack starts or stops: a block that is redrawn on a terminal, else one line for each change. */
export interface Progress {
  onEvent(event: RuntimeEvent): void;
  /** One line that stays. */
  say(line: string): void;
  /** Work of this process: shown while it lasts, and what came of it. */
  step<T>(name: string, work: () => Promise<T>, outcome: (value: T) => string): Promise<T>;
  /** Leaves the last picture. Resolves once it was written. */
  end(): Promise<void>;
}

interface Row {
  state: string;
  detail: string;
  log: string;
  sinceMs: number;
  tookMs?: number;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;
const nameWidth = 10;
const settled = new Set(['healthy', 'running', 'stopped', 'removed', 'done']);
const broken = new Set(['exited', 'unhealthy', 'failed']);

export function createProgress(output: Output, quiet: boolean): Progress {
  const style = styleFor(output);
  if (quiet) return silent;
  return output.isTerminal ? live(output, style) : plain(output, style);
}

const silent: Progress = {
  onEvent() {},
  say() {},
  step: (_, work) => work(),
  end: async () => {},
};

function plain(output: Output, style: Style): Progress {
  const rows = new Map<string, Row>();
  let written: Promise<void> = Promise.resolve();
  const say = (line: string) => {
    written = written.then(() => output.write(`${line}\n`)).catch(() => {});
  };
  return {
    say,
    onEvent(event) {
      if (event.type === 'notice') return say(style.warn(`note: ${safeLine(event.message)}`));
      if (event.type === 'phase') return;
      if (event.type === 'log') return say(style.dim(`${pad(event.service)} | ${safeLine(event.line)}`));
      const before = rows.get(event.service);
      const row = change(rows, event.service, event.state, event.detail ?? '');
      if (before?.state === row.state && before.detail === row.detail) return;
      say(rowText(style, event.service, row));
    },
    async step(name, work, outcome) {
      const startMs = performance.now();
      const value = await work();
      const took = formatDuration(performance.now() - startMs);
      say(`${style.good('✔')} ${pad(name)} ${outcome(value)}  ${style.dim(took)}`);
      return value;
    },
    end: () => written,
  };
}

function live(output: Output, style: Style): Progress {
  const rows = new Map<string, Row>();
  let drawn = 0;
  let frame = 0;
  let written: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const erase = () => (drawn > 0 ? `\x1b[${drawn}A\x1b[0J` : '');
  const put = (text: string) => {
    written = written.then(() => output.write(text)).catch(() => {});
  };
  const draw = () => {
    const spinner = frames[frame++ % frames.length] as string;
    const lines = [...rows].map(([name, row]) =>
      cutToWidth(rowText(style, name, row, spinner), output.columns),
    );
    put(`${erase()}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
  const start = () => {
    if (timer) return;
    put('\x1b[?25l');
    timer = setInterval(draw, frameMs);
  };
  const say = (line: string) => {
    put(`${erase()}${line}\n`);
    drawn = 0;
    if (rows.size > 0) draw();
  };
  /** What is drawn stays, and a new block begins below. */
  const settle = () => {
    if (rows.size > 0) draw();
    rows.clear();
    drawn = 0;
  };
  return {
    say,
    onEvent(event) {
      if (event.type === 'notice') return say(style.warn(`note: ${safeLine(event.message)}`));
      if (event.type === 'phase') return;
      const row = rows.get(event.service);
      if (event.type === 'log') {
        if (row) row.log = safeLine(event.line, 200);
        return;
      }
      change(rows, event.service, event.state, event.detail ?? '');
      start();
    },
    async step(name, work, outcome) {
      settle();
      const row = change(rows, name, 'working', '');
      start();
      try {
        const value = await work();
        Object.assign(row, {
          state: 'done',
          detail: outcome(value),
          tookMs: performance.now() - row.sinceMs,
        });
        return value;
      } catch (error) {
        row.state = 'failed';
        throw error;
      } finally {
        settle();
      }
    },
    async end() {
      clearInterval(timer);
      settle();
      if (timer) put('\x1b[?25h');
      timer = undefined;
      await written;
    },
  };
}

function change(rows: Map<string, Row>, name: string, state: string, detail: string): Row {
  const before = rows.get(name);
  const sinceMs = before && !settled.has(before.state) ? before.sinceMs : performance.now();
  const row: Row = { state, detail: detail || (before?.detail ?? ''), log: before?.log ?? '', sinceMs };
  if (settled.has(state)) row.tookMs = performance.now() - sinceMs;
  rows.set(name, row);
  return row;
}

function rowText(style: Style, name: string, row: Row, spinner = '·'): string {
  const mark = settled.has(row.state) ? style.good('✔') : broken.has(row.state) ? style.bad('✖') : spinner;
  const took = row.tookMs !== undefined && row.tookMs >= 1 ? formatDuration(row.tookMs) : '';
  const state = row.state === 'done' ? '' : row.state.padEnd(8);
  const waits = settled.has(row.state) || broken.has(row.state) ? '' : row.log;
  const parts = [mark, pad(name), state, safeLine(row.detail), style.dim(took || waits)];
  return parts.filter((part) => part !== '').join(' ');
}

const pad = (name: string) => safeLine(name, 40).padEnd(nameWidth);

/** Cuts a line with colours to the width of the terminal, so that the block keeps its height. */
function cutToWidth(line: string, columns: number): string {
  let seen = 0;
  let out = '';
  for (const part of line.split(/(\x1b\[[\d;]*m)/)) {
    if (part.startsWith('\x1b[')) out += part;
    else {
      out += part.slice(0, Math.max(0, columns - 1 - seen));
      seen += part.length;
    }
  }
  return out;
}

import { formatDuration } from '../../base/duration.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { Row, RowState, Rows } from '../../reporters/rows.ts';
import type { UpEvent } from '../../session/start-stack.ts';
import type { Output } from '../invocation.ts';
import { lineFor, styleFor } from '../style.ts';

/** Shows how a stack starts: lines that are redrawn on a terminal, else one line for each change. */
export interface Progress {
  onEvent(event: UpEvent): void;
  /** Prints a line that stays, folded to the window. A note is coloured. */
  say(line: string, kind?: 'note'): void;
  /** Leaves the last state on the screen. Resolves once it is written. */
  end(): Promise<void>;
}

interface Service {
  row: Row;
  state: string;
  detail: string;
  log: string;
  sinceMs: number;
  tookMs?: number | undefined;
}

const settled = new Set(['healthy', 'running', 'answers', 'stopped', 'removed', 'done']);
const broken = new Set(['exited', 'unhealthy', 'failed', 'error', 'out of memory']);

export async function createProgress(output: Output, quiet: boolean): Promise<Progress> {
  const style = styleFor(output);
  const services = new Map<string, Service>();
  const rows = await openRows(output, quiet);
  const say = (line: string, kind?: 'note') => {
    if (quiet) return;
    const paint = kind === 'note' ? style.warn : String;
    void output.write(lineFor(output, line, paint)).catch(() => {});
  };
  const change = (name: string, state: string, detail = '') => {
    const service = services.get(name) ?? { row: rows.add(), state: '', detail, log: '', sinceMs: 0 };
    if (service.state === state && (detail === '' || detail === service.detail)) return;
    if (!service.state || settled.has(service.state)) service.sinceMs = performance.now();
    service.tookMs = settled.has(state) ? performance.now() - service.sinceMs : undefined;
    // The detail of the state before no longer applies.
    Object.assign(service, { state, detail: detail || (state === service.state ? service.detail : '') });
    services.set(name, service);
    show(name, service);
  };
  const show = (name: string, { row, state, detail, log, tookMs = 0 }: Service) => {
    const sign: RowState = settled.has(state) ? 'done' : broken.has(state) ? 'failed' : 'running';
    const words = [safeLine(name, 40).padEnd(10), state === 'done' ? '' : state.padEnd(8), safeLine(detail)];
    const took = tookMs >= 1 ? formatDuration(tookMs) : '';
    row.show(sign, words.filter(Boolean).join(' ').trimEnd(), sign === 'running' ? log : took);
  };

  return {
    say,
    onEvent(event) {
      if (event.type === 'notice') say(`note: ${safeLine(event.message, 1000)}`, 'note');
      else if (event.type === 'service') change(event.service, event.state, event.detail);
      else if (event.type === 'step') change(event.name, event.state, event.detail);
      else if (event.type === 'log') {
        if (!output.isTerminal)
          return say(style.dim(`${safeLine(event.service, 40).padEnd(10)} | ${safeLine(event.line)}`));
        const service = services.get(event.service);
        if (!service) return;
        service.log = event.line;
        show(event.service, service);
      }
    },
    end: () => rows.end(),
  };
}

async function openRows(output: Output, quiet: boolean): Promise<Rows> {
  if (quiet) return { add: () => ({ show() {} }), end: async () => {} };
  if (!output.isTerminal) return plainRows(output);
  const { createRows } = await import('../../reporters/rows.ts');
  return createRows(output, { keep: true });
}

/** No terminal: each change is a line. */
function plainRows(output: Output): Rows {
  const style = styleFor(output);
  const signs: Record<RowState, string> = { running: '·', done: style.good('✔'), failed: style.bad('✖') };
  let written: Promise<void> = Promise.resolve();
  return {
    add: () => ({
      show(state, text, aside) {
        const line = [signs[state], text, aside && style.dim(safeLine(aside))];
        written = output.write(lineFor(output, line.filter(Boolean).join(' '))).catch(() => {});
      },
    }),
    end: () => written,
  };
}

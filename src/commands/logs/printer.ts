import { formatDuration } from '../../base/duration.ts';
import { excerpt, safeLine, safeText } from '../../base/safe-text.ts';
import type { SpanData } from '../../check/probes.ts';
import type { LogLine } from '../../logs/access.ts';
import { BlockCollector } from '../../logs/blocks.ts';
import { parsePrinted } from '../../logs/printed-block.ts';
import { toRecord } from '../../logs/record.ts';
import type { Output } from '../invocation.ts';
import { type Style, styleFor } from '../style.ts';

/** Lines of logs for a person: time, service, level, message, trace id; a span that was printed over many lines is one. */
export interface LogPrinter {
  /** What can be shown by now: nothing, while a block is open. */
  print(line: LogLine): string;
  /** What was held back. */
  end(): string;
}

const serviceWidth = 8;
const timeWidth = 12;
const maxTextLength = 4000;

export function createLogPrinter(output: Pick<Output, 'color'>): LogPrinter {
  const style = styleFor(output);
  const collectors = new Map<string, BlockCollector>();
  let shown: string[] = [];

  const collectorOf = (service: string) => {
    const existing = collectors.get(service);
    if (existing) return existing;
    const name = style.dim(safeLine(service, 40).padEnd(serviceWidth));
    const made = new BlockCollector({
      line: ({ text, number }) => shown.push(lineText(style, name, text, number)),
      block(text, { number }) {
        const printed = parsePrinted(text);
        if (printed?.kind === 'span') shown.push(spanText(style, name, printed.span));
        if (printed?.kind === 'record') shown.push(lineText(style, name, printed.json, number));
        return printed?.kind === 'span' || printed?.kind === 'record';
      },
    });
    collectors.set(service, made);
    return made;
  };
  const taken = () => {
    const text = shown.map((line) => `${line}\n`).join('');
    shown = [];
    return text;
  };
  let number = 0;
  return {
    print({ service, text }) {
      collectorOf(service).add({ text, number: ++number });
      return taken();
    },
    end() {
      for (const collector of collectors.values()) collector.end();
      return taken();
    },
  };
}

function lineText(style: Style, name: string, text: string, number: number): string {
  const record = toRecord(text, number);
  if (!record.structured)
    return `${' '.repeat(timeWidth)} ${name}       ${safeText(excerpt(text, maxTextLength))}`;
  const { timeMs, level = '', message = '', traceId } = record;
  return [
    style.dim(timeMs === undefined ? ' '.repeat(timeWidth) : clockTime(timeMs)),
    name,
    levelText(style, level),
    safeLine(message || text, maxTextLength),
    ...(traceId ? [style.dim(`trace=${traceId}`)] : []),
  ].join(' ');
}

function spanText(style: Style, name: string, span: SpanData): string {
  const { startMs, durationMs, traceId, status } = span;
  const label = status === 'error' ? style.bad('span ') : style.dim('span ');
  const what = `${safeLine(span.name, 200)} ${style.dim(formatDuration(durationMs))}`;
  return [style.dim(clockTime(startMs)), name, label, what, style.dim(`trace=${safeLine(traceId, 40)}`)].join(
    ' ',
  );
}

function levelText(style: Style, level: string): string {
  const text = safeLine(level, 5).padEnd(5);
  if (level === 'error' || level === 'fatal') return style.bad(text);
  return level === 'warn' ? style.warn(text) : text;
}

/** `14:03:07.250`, in the zone of the reader. */
function clockTime(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const ms = String(time.getMilliseconds()).padStart(3, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${ms}`;
}

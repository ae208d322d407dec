import { safeLine, safeText } from '../base/safe-text.ts';
import { toRecord } from '../probes/logs/record.ts';
import type { LogLine } from '../runtimes/runtime.ts';
import type { Output } from './invocation.ts';
import { type Style, styleFor } from './style.ts';

const serviceWidth = 8;
const maxTextLength = 4000;

/** A line of a log for a person: time, service, level, message, further fields, trace id. */
export function createLogPrinter(output: Pick<Output, 'color'>): (line: LogLine) => string {
  const style = styleFor(output);
  let number = 0;
  return ({ service, text }) => {
    const name = style.dim(safeLine(service, 40).padEnd(serviceWidth));
    const record = toRecord(text, ++number);
    if (!record.structured)
      return `${' '.repeat(12)} ${name}       ${safeText(text.slice(0, maxTextLength))}\n`;
    const { timeMs, level = '', message = '', traceId } = record;
    const parts = [
      style.dim(timeMs === undefined ? ' '.repeat(12) : clockTime(timeMs)),
      name,
      levelText(style, level),
      safeLine(message || text, maxTextLength),
      ...(traceId ? [style.dim(`trace=${traceId}`)] : []),
    ];
    return `${parts.join(' ')}\n`;
  };
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

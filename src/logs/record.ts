import { excerpt } from '../base/safe-text.ts';
import type { Json } from '../check/json.ts';
import type { LogRecord } from '../check/probes.ts';
import { type Level, levelOfNumber, levelOfWord } from './level.ts';
import { parseLogfmt } from './logfmt.ts';
import { type Fields, pick } from './pick-field.ts';
import { spanIdOf, traceIdOf } from './printed-spans/ids.ts';
import { type Shape, shapeOf } from './shape.ts';
import { parseIsoTime, parseTime } from './time.ts';
import { unframe } from './unframe.ts';

/** Characters of a line that are kept for printing. */
export const maxRawLength = 8 * 1024;
const maxDepth = 16;

export type ShapedRecord = LogRecord & { shape: Shape };

export function withoutShape({ shape: _shape, ...record }: ShapedRecord): LogRecord {
  return record;
}

/** Returns the fields of a line, without frames around it, in a common form; the shape decides how its level is read. */
export function toRecord(line: string, number: number): ShapedRecord {
  const raw = excerpt(line, maxRawLength);
  const unframed = unframe(line);
  const json = unframed.json && (pruned(unframed.json, maxDepth) as Fields);
  const fields = json ?? parseLogfmt(unframed.text);
  const frameTime = unframed.timeMs === undefined ? {} : { timeMs: unframed.timeMs };
  if (!fields)
    return { number, raw, structured: false, shape: 'plain', ...frameTime, ...plainFacts(unframed.text) };
  const shape = json ? shapeOfFields(json) : 'logfmt';
  const timeMs = parseTime(pick(fields, 'time'));
  const level = levelOf(pick(fields, 'level'), shape);
  const message = pick(fields, 'message');
  const traceId = traceIdOf(pick(fields, 'trace'));
  const spanId = spanIdOf(pick(fields, 'span'));
  const service = pick(fields, 'service');
  return {
    number,
    raw,
    structured: json !== undefined,
    shape,
    ...(timeMs === undefined ? frameTime : { timeMs }),
    ...(level === undefined ? {} : { level }),
    ...(message === undefined ? {} : { message: textOf(message) }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
    ...(typeof service === 'string' ? { service } : {}),
    fields,
  };
}

/** Limit of nesting; deeper values are replaced by a placeholder, so that walking a record cannot overflow the stack. */
function pruned(value: Json, depth: number): Json {
  if (typeof value === 'string') return excerpt(value, maxRawLength);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return Array.isArray(value) ? '[array]' : '[object]';
  if (Array.isArray(value)) return value.map((item) => pruned(item, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pruned(item, depth - 1)]));
}

function shapeOfFields(fields: Fields): Shape {
  const level = fields.level;
  return shapeOf({
    has: (name) => Object.hasOwn(fields, name),
    levelIsNumber: typeof level === 'number',
    levelIsUpperCase: typeof level === 'string' && level !== level.toLowerCase(),
    timeIsNumber: typeof fields.time === 'number',
  });
}

export function levelOf(value: unknown, shape: Shape): Level | undefined {
  if (typeof value === 'string') {
    return /^\d+$/.test(value) ? levelOf(Number(value), shape) : levelOfWord(value);
  }
  if (typeof value !== 'number') return undefined;
  if (shape === 'otel') return levelOfNumber(value, 'otel');
  if (shape === 'consola') return levelOfNumber(value, 'consola');
  if (value >= 100) return levelOfNumber(value, 'large');
  if (value <= 7) return levelOfNumber(value, 'syslog');
  return levelOfNumber(value, shape === 'python-json-logger' || shape === 'structlog' ? 'python' : 'pino');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const traceInText = /\btrace[-_. ]?id['"]?\s*[=:]\s*['"]?(?:0x)?([0-9a-f]{32})\b/i;
const spanInText = /\bspan[-_. ]?id['"]?\s*[=:]\s*['"]?(?:0x)?([0-9a-f]{16})\b/i;
const levelInText = /\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b/;

/** A plain line may still say when, at which level, and for which trace. */
function plainFacts(line: string): Partial<LogRecord> {
  const head = excerpt(line, maxRawLength);
  const timeMs = parseIsoTime(head.replace(/^\[/, ''));
  const traceId = traceIdOf(traceInText.exec(head)?.[1]);
  const spanId = spanIdOf(spanInText.exec(head)?.[1]);
  const level = levelInText.exec(head)?.[1];
  return {
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(level ? { level: levelOfWord(level)! } : {}),
    message: head,
    ...(traceId ? { traceId } : {}),
    ...(spanId ? { spanId } : {}),
  };
}

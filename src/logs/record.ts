import { excerpt } from '../base/safe-text.ts';
import type { Json } from '../check/json.ts';
import type { LogRecord } from '../check/probes.ts';
import { fieldNames, nests, type Role } from './fields.ts';
import { type Level, levelOfNumber, levelOfWord } from './level.ts';
import { parseLogfmt } from './logfmt.ts';
import { spanIdOf, traceIdOf } from './printed-spans/ids.ts';
import { type Shape, shapeOf } from './shape.ts';
import { parseIsoTime, parseTime } from './time.ts';

type Fields = NonNullable<LogRecord['fields']>;

/** Characters of a line that are kept for printing. */
export const maxRawLength = 8 * 1024;
const maxDepth = 16;

export type ShapedRecord = LogRecord & { shape: Shape };

export function withoutShape({ shape: _shape, ...record }: ShapedRecord): LogRecord {
  return record;
}

/** Returns the fields of a line in a common form; the shape decides how its level is read. */
export function toRecord(line: string, number: number): ShapedRecord {
  const raw = excerpt(line, maxRawLength);
  const json = parseObject(line);
  const fields = json ?? parseLogfmt(line);
  if (!fields) return { number, raw, structured: false, shape: 'plain', ...plainFacts(line) };
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
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(level === undefined ? {} : { level }),
    ...(message === undefined ? {} : { message: textOf(message) }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
    ...(typeof service === 'string' ? { service } : {}),
    fields,
  };
}

function parseObject(line: string): Fields | undefined {
  const start = line.trimStart();
  if (start[0] !== '{') return undefined;
  try {
    return pruned(JSON.parse(line) as Fields, maxDepth) as Fields;
  } catch {
    return undefined;
  }
}

/** Limit of nesting; deeper values are replaced by a placeholder, so that walking a record cannot overflow the stack. */
function pruned(value: Json, depth: number): Json {
  if (typeof value === 'string') return excerpt(value, maxRawLength);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return Array.isArray(value) ? '[array]' : '[object]';
  if (Array.isArray(value)) return value.map((item) => pruned(item, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pruned(item, depth - 1)]));
}

/** The first of the role's names that the line has, at its top or one level down. */
function pick(fields: Fields, role: Role): unknown {
  for (const name of fieldNames[role]) {
    if (Object.hasOwn(fields, name) && isValue(fields[name], role)) return fields[name];
  }
  for (const nest of nests) {
    const inner = Object.hasOwn(fields, nest) ? fields[nest] : undefined;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue;
    for (const name of fieldNames[role]) {
      // `name` can be the name of a service, but also of a context or a user.
      if (Object.hasOwn(inner, name) && (name !== 'name' || nest === role)) return inner[name];
    }
    if (nest === role && Object.hasOwn(inner, 'id')) return inner.id;
    if (nest === role && Object.hasOwn(inner, 'name')) return inner.name;
    if (nest === 'log' && role === 'level' && Object.hasOwn(inner, 'level')) return inner.level;
  }
  return undefined;
}

function isValue(value: unknown, role: Role): boolean {
  return (
    value !== null && value !== '' && (typeof value !== 'object' || role === 'time' || role === 'message')
  );
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
  if (value <= 7) return levelOfNumber(value, 'syslog');
  return levelOfNumber(value, shape === 'python-json-logger' || shape === 'structlog' ? 'python' : 'pino');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const traceInText = /\btrace[-_. ]?id['"]?\s*[=:]\s*['"]?(?:0x)?([0-9a-f]{32})\b/i;
const spanInText = /\bspan[-_. ]?id['"]?\s*[=:]\s*['"]?(?:0x)?([0-9a-f]{16})\b/i;
const levelInText = /\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b/;

/** A plain line may still say when, how grave, and for which trace. */
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

import type { Json } from '../../check/json.ts';
import type { SpanData } from '../../check/probes.ts';
import { spanIdOf, traceIdOf } from './ids.ts';
import { parseInspected } from './inspect-literal.ts';

/** A span as a console exporter printed it, or `undefined` where the block is something else. */
export function parsePrintedSpan(text: string): SpanData | undefined {
  if (!/trace_?id/i.test(text)) return undefined;
  // A failed JSON.parse costs as much as the whole of the other one: it is tried where a quoted name comes first.
  const value = (/^\s*\{\s*"/.test(text) ? parseJson(text) : undefined) ?? parseInspect(text);
  return value === undefined ? undefined : toSpan(value);
}

type Fields = { [key: string]: Json };

/** The object of any console exporter that is known → a span. */
export function toSpan(value: Json): SpanData | undefined {
  if (!isFields(value)) return undefined;
  if (isFields(value.context) && 'trace_id' in value.context) return pythonSpan(value, value.context);
  if (isFields(value.SpanContext)) return goSpan(value, value.SpanContext);
  if ('traceId' in value && 'timestamp' in value && 'duration' in value) return nodeSpan(value);
  return undefined;
}

function pythonSpan(span: Fields, context: Fields): SpanData | undefined {
  const status = isFields(span.status) ? String(span.status.status_code) : 'UNSET';
  const startMs = isoMs(span.start_time);
  return complete({
    traceId: traceIdOf(context.trace_id),
    spanId: spanIdOf(context.span_id),
    parentSpanId: spanIdOf(span.parent_id),
    name: String(span.name ?? ''),
    kind: kindOfWord(String(span.kind ?? '').replace('SpanKind.', '')),
    service: serviceOf(span.resource),
    traceState: pythonTraceState(context.trace_state),
    flags: undefined,
    startMs,
    durationMs: startMs === undefined ? undefined : (isoMs(span.end_time) ?? startMs) - startMs,
    status: statusOfWord(status),
    attributes: isFields(span.attributes) ? span.attributes : {},
  });
}

/** Node's SDK: SpanKind counts from INTERNAL = 0; times are microseconds. */
function nodeSpan(span: Fields): SpanData | undefined {
  const parent = isFields(span.parentSpanContext) ? span.parentSpanContext.spanId : span.parentId;
  const code = isFields(span.status) ? span.status.code : 0;
  return complete({
    traceId: traceIdOf(span.traceId),
    spanId: spanIdOf(span.id ?? span.spanId),
    parentSpanId: spanIdOf(parent),
    name: String(span.name ?? ''),
    kind:
      (['internal', 'server', 'client', 'producer', 'consumer'] as const)[Number(span.kind)] ?? 'internal',
    service: serviceOf(span.resource),
    traceState: nodeTraceState(span),
    flags: undefined,
    startMs: Number(span.timestamp) / 1000,
    durationMs: Number(span.duration) / 1000,
    status: (['unset', 'ok', 'error'] as const)[Number(code)] ?? 'unset',
    attributes: isFields(span.attributes) ? span.attributes : {},
  });
}

/** Go's stdouttrace: names in capitals, attributes as a list of keys and typed values. */
function goSpan(span: Fields, context: Fields): SpanData | undefined {
  const parent = isFields(span.Parent) ? span.Parent.SpanID : undefined;
  const startMs = isoMs(span.StartTime);
  const status = isFields(span.Status) ? String(span.Status.Code) : 'Unset';
  return complete({
    traceId: traceIdOf(context.TraceID),
    spanId: spanIdOf(context.SpanID),
    parentSpanId: spanIdOf(parent),
    name: String(span.Name ?? ''),
    kind:
      (['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const)[
        Number(span.SpanKind)
      ] ?? 'internal',
    service: serviceOf(span.Resource === undefined ? undefined : goAttributes(span.Resource)),
    traceState: typeof context.TraceState === 'string' ? context.TraceState : undefined,
    flags: typeof context.TraceFlags === 'string' ? hexByte(context.TraceFlags) : undefined,
    startMs,
    durationMs: startMs === undefined ? undefined : (isoMs(span.EndTime) ?? startMs) - startMs,
    status: statusOfWord(status),
    attributes: goAttributes(span.Attributes),
  });
}

function goAttributes(list: Json | undefined): Fields {
  if (!Array.isArray(list)) return {};
  return Object.fromEntries(
    list
      .filter(isFields)
      .map((each) => [String(each.Key), isFields(each.Value) ? (each.Value.Value ?? null) : null]),
  );
}

type Optional = 'parentSpanId' | 'service' | 'traceState' | 'flags';
type Loose = Omit<SpanData, 'traceId' | 'spanId' | Optional | 'startMs' | 'durationMs'> & {
  traceId: string | undefined;
  spanId: string | undefined;
  parentSpanId: string | undefined;
  service: string | undefined;
  traceState: string | undefined;
  flags: number | undefined;
  startMs: number | undefined;
  durationMs: number | undefined;
};

function complete({
  traceId,
  spanId,
  parentSpanId,
  service,
  traceState,
  flags,
  startMs,
  durationMs,
  ...rest
}: Loose): SpanData | undefined {
  if (!traceId || !spanId || startMs === undefined || !Number.isFinite(startMs)) return undefined;
  return {
    traceId,
    spanId,
    ...(parentSpanId ? { parentSpanId } : {}),
    ...(service === undefined ? {} : { service }),
    ...(traceState === undefined ? {} : { traceState }),
    ...(flags === undefined ? {} : { flags }),
    ...rest,
    startMs,
    durationMs: durationMs !== undefined && Number.isFinite(durationMs) ? durationMs : 0,
  };
}

/** Returns `service.name`, empty if the resource has none; `undefined` if no resource was printed. */
function serviceOf(resource: Json | undefined): string | undefined {
  if (!isFields(resource)) return undefined;
  const name = (isFields(resource.attributes) ? resource.attributes : resource)['service.name'];
  return typeof name === 'string' ? name : '';
}

/** `traceState: 'a=1,b=2'`, `undefined`, or the object of an older SDK, whose map holds the members in reverse. */
function nodeTraceState(span: Fields): string | undefined {
  if (!('traceState' in span)) return undefined;
  const state = span.traceState;
  if (typeof state === 'string') return state;
  if (!isFields(state)) return '';
  const members = Object.values(state).find(isFields) ?? {};
  return Object.entries(members)
    .reverse()
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
}

/** The text of a list: `['{key=a, value=1}', '{key=b, value=2}']`. */
function pythonTraceState(state: Json | undefined): string | undefined {
  if (typeof state !== 'string') return undefined;
  return [...state.matchAll(/\{key=([^,]*), value=(.*?)\}(?=['"](?:, |\]))/g)]
    .map(([, key, value = '']) => `${key}=${value.replace(/\\(['"\\])/g, '$1')}`)
    .join(',');
}

function hexByte(text: string): number | undefined {
  return /^[0-9a-f]{2}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}

function kindOfWord(word: string): SpanData['kind'] {
  const lower = word.toLowerCase();
  return lower === 'server' || lower === 'client' || lower === 'producer' || lower === 'consumer'
    ? lower
    : 'internal';
}

function statusOfWord(word: string): SpanData['status'] {
  const lower = word.toLowerCase().replace('statuscode.', '');
  return lower === 'ok' || lower === 'error' ? lower : 'unset';
}

function isoMs(value: Json | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(.+?)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?$/.exec(value);
  const ms = match ? Date.parse(`${match[1]}${match[3] ?? 'Z'}`) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms + (match?.[2] ? Number(`0.${match[2]}`) * 1000 : 0);
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function parseInspect(text: string): Json | undefined {
  try {
    return parseInspected(text);
  } catch {
    return undefined;
  }
}

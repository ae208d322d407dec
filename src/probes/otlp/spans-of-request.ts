import type { Json } from '../../check/json.ts';
import type { SpanData } from '../../check/probes.ts';
import { spanIdOf, traceIdOf } from '../../logs/printed-spans/ids.ts';

type Fields = { [key: string]: Json };

/** What was sent is not an OTLP trace request. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest';
}

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const kindNames = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
];
const statuses = ['unset', 'ok', 'error'] as const;
const statusNames = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];
const deepestValue = 16;
/** Higher bits say whether the parent is remote. */
const traceFlagsMask = 0xff;

/** An `ExportTraceServiceRequest` in OTLP's JSON form (identifiers in hexadecimal) → spans. Unknown fields are ignored. */
export function spansOfRequest(request: Json): SpanData[] {
  const spans: SpanData[] = [];
  for (const resourceSpans of listOf(fieldsOf(request, 'the request'), 'resourceSpans')) {
    const resource = resourceSpans.resource;
    const attributes = resource === undefined || resource === null ? {} : fieldsOf(resource, 'resource');
    const service = attributesOf(listOf(attributes, 'attributes'))['service.name'];
    const scopes = [
      ...listOf(resourceSpans, 'scopeSpans'),
      ...listOf(resourceSpans, 'instrumentationLibrarySpans'),
    ];
    for (const scope of scopes) {
      for (const span of listOf(scope, 'spans')) {
        spans.push(toSpan(span, typeof service === 'string' ? service : ''));
      }
    }
  }
  return spans;
}

function toSpan(span: Fields, service: string): SpanData {
  const traceId = traceIdOf(span.traceId);
  const spanId = spanIdOf(span.spanId);
  if (!traceId) throw new MalformedRequest('a span without a valid traceId');
  if (!spanId) throw new MalformedRequest('a span without a valid spanId');
  const parentSpanId = spanIdOf(span.parentSpanId);
  const startNs = nanoseconds(span.startTimeUnixNano, 'startTimeUnixNano');
  const endNs = nanoseconds(span.endTimeUnixNano, 'endTimeUnixNano');
  const status = span.status === undefined || span.status === null ? {} : fieldsOf(span.status, 'status');
  return {
    traceId,
    spanId,
    ...(parentSpanId ? { parentSpanId } : {}),
    name: typeof span.name === 'string' ? span.name : '',
    kind: kinds[enumOf(span.kind, kindNames)] ?? 'internal',
    service,
    traceState: typeof span.traceState === 'string' ? span.traceState : '',
    ...(typeof span.flags === 'number' ? { flags: span.flags & traceFlagsMask } : {}),
    startMs: Number(startNs / 1000n) / 1000,
    durationMs: endNs > startNs ? Number(endNs - startNs) / 1e6 : 0,
    status: statuses[enumOf(status.code, statusNames)] ?? 'unset',
    attributes: attributesOf(listOf(span, 'attributes')),
  };
}

function attributesOf(list: Fields[]): Fields {
  return Object.fromEntries(list.map(({ key, value }) => [String(key), attributeValue(value, 0)]));
}

function attributeValue(value: Json | undefined, depth: number): Json {
  if (value === undefined || value === null || depth > deepestValue) return null;
  const any = fieldsOf(value, 'an attribute value');
  if (any.stringValue !== undefined) return String(any.stringValue);
  if (any.boolValue !== undefined) return Boolean(any.boolValue);
  if (any.intValue !== undefined) return integer(any.intValue);
  if (any.doubleValue !== undefined)
    return typeof any.doubleValue === 'number' ? any.doubleValue : String(any.doubleValue);
  if (any.bytesValue !== undefined) return String(any.bytesValue);
  if (any.arrayValue !== undefined) {
    return listOf(fieldsOf(any.arrayValue, 'arrayValue'), 'values').map((each) =>
      attributeValue(each, depth + 1),
    );
  }
  if (any.kvlistValue !== undefined) {
    const list = listOf(fieldsOf(any.kvlistValue, 'kvlistValue'), 'values');
    return Object.fromEntries(list.map((each) => [String(each.key), attributeValue(each.value, depth + 1)]));
  }
  return null;
}

/** 64 bits do not fit a number: beyond its exact range the digits are kept as text. */
function integer(value: Json): Json {
  const digits = String(value);
  if (!/^-?\d+$/.test(digits)) throw new MalformedRequest(`not an integer: ${digits.slice(0, 40)}`);
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;
}

function nanoseconds(value: Json | undefined, name: string): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return BigInt(Math.trunc(value));
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
  throw new MalformedRequest(`${name} is not a time in nanoseconds`);
}

function enumOf(value: Json | undefined, names: readonly string[]): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Math.max(0, names.indexOf(value)) : 0;
}

function listOf(fields: Fields, name: string): Fields[] {
  const value = fields[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MalformedRequest(`${name} is not a list`);
  return value.map((each) => fieldsOf(each, `an item of ${name}`));
}

function fieldsOf(value: Json | undefined, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedRequest(`${name} is not an object`);
  }
  return value;
}

import type { IdsProbe, LogRecord } from '../check/probes.ts';

/** Identifiers of one request. All of them differ, so that one that is read back names its source. */
export interface SentIds {
  traceId: string;
  /** The span that the request was sent under: the parent that the service must name. */
  spanId: string;
  traceparent: string;
  /** Value of the header for people (`X-Trace-ID`): an identifier of the caller, and not the trace. */
  callerId: string;
  /** Unique part of the request's URL: finds its lines and spans in whichever trace they are. */
  marker: string;
  sinceMs: number;
}

export async function createIds(ids: IdsProbe): Promise<SentIds> {
  const { traceId, spanId, traceparent } = await ids.trace();
  const bareUuid = async () => (await ids.uuid()).replaceAll('-', '');
  return {
    traceId,
    spanId,
    traceparent,
    callerId: await bareUuid(),
    marker: await bareUuid(),
    sinceMs: await ids.now(),
  };
}

export function markedUrl(url: string, { marker }: SentIds): string {
  const marked = new URL(url);
  marked.searchParams.set('meatymusic-probe', marker);
  return marked.href;
}

/** Returns the markers of our requests that a text contains. */
export function markersIn(text: string): string[] {
  return [...text.matchAll(/meatymusic-probe=([0-9a-f]{32})/g)].map(([, marker]) => marker as string);
}

/**
 * Where a line has the trace of its request: in its own field, in its text, nowhere, only as a copy of headers
 * (`echo`), or it has `another` trace in its field.
 */
export type TraceOfLine = 'field' | 'text' | 'echo' | 'another' | 'none';

/** The identifiers by which a line is judged. */
type LineIds = Pick<SentIds, 'traceId' | 'spanId'> & Partial<Pick<SentIds, 'callerId'>>;

export function traceOfLine(record: LogRecord, sent: LineIds): TraceOfLine {
  const { traceId } = record;
  if (traceId === sent.traceId) return 'field';
  if (traceId !== undefined && traceId !== sent.callerId) return 'another';
  // The header that was sent is the only place where the trace is followed by the sent span.
  const header = `${sent.traceId}-${sent.spanId}`;
  if (ownTexts(record).some((text) => text.replaceAll(header, '').includes(sent.traceId))) return 'text';
  return record.raw.toLowerCase().includes(sent.traceId) ||
    (traceId !== undefined && traceId === sent.callerId)
    ? 'echo'
    : 'none';
}

/** Returns the texts of a line that are its own, and no copies of headers: of a structured line its fields at the top. */
function ownTexts({ raw, structured, fields = {} }: LogRecord): string[] {
  if (!structured) return [raw.toLowerCase()];
  return Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'string' && !/header/i.test(name) ? [value.toLowerCase()] : [],
  );
}

export function carriesTrace(record: LogRecord, sent: LineIds): boolean {
  const place = traceOfLine(record, sent);
  return place === 'field' || place === 'text';
}

/** Returns what a line that does not carry its trace has instead. */
export function describeLine(record: LogRecord, sent: SentIds): string {
  const place = traceOfLine(record, sent);
  if (place === 'another') return `line ${record.number} has ${record.traceId}`;
  if (place === 'echo') return `line ${record.number} has no trace ID of its own, only in a copy of headers`;
  return `line ${record.number} has no trace ID`;
}

/** Names of headers whose value is a trace ID; the others may carry it as well as any other identifier. */
const traceHeaders = new Set(['traceparent', 'traceresponse', 'x-trace-id']);
export const responseHeaders = [
  'traceparent',
  'traceresponse',
  'x-trace-id',
  'x-request-id',
  'x-correlation-id',
];

/** Response headers that name a trace: which of them carry the one that was sent, and which another. */
export function traceInHeaders(
  headers: Record<string, string>,
  { traceId, callerId }: SentIds,
  names: readonly string[] = responseHeaders,
): { carrying: string[]; other: { name: string; value: string; traceId: string }[] } {
  const bare = (name: string) => (headers[name.toLowerCase()] ?? '').toLowerCase().replaceAll(/0x/g, '');
  const carrying = names.filter((name) => bare(name).replaceAll('-', '').includes(traceId));
  const other = names.flatMap((name) => {
    if (carrying.includes(name) || !traceHeaders.has(name.toLowerCase())) return [];
    const found = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/.exec(bare(name))?.[0];
    // The caller's own identifier, sent back, names no trace.
    if (!found || found === callerId) return [];
    return [{ name, value: headers[name.toLowerCase()] as string, traceId: found }];
  });
  return { carrying, other };
}

/** Returns whether the service sampled a request, as its lines and its response show; `undefined` if neither does. */
export function sampledIn(records: readonly LogRecord[], headers: Record<string, string>, sent: SentIds) {
  for (const { fields = {}, traceId } of records) {
    if (traceId !== sent.traceId) continue;
    const flags = fields.trace_flags ?? fields.traceFlags ?? fields['trace.flags'] ?? fields.otelTraceSampled;
    if (typeof flags === 'boolean') return flags;
    if (flags !== undefined && /^(true|false)$/i.test(String(flags))) return /true/i.test(String(flags));
    const byte = Number.parseInt(String(flags), 16);
    if (!Number.isNaN(byte)) return (byte & 1) === 1;
  }
  const { traceparent } = headers;
  const flags = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '');
  if (!flags || flags[1] !== sent.traceId || flags[2] === sent.spanId) return undefined;
  return (Number.parseInt(flags[3] as string, 16) & 1) === 1;
}

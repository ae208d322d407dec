import type { Evidence } from '../check/evidence.ts';
import { type Exchanged, exchange } from '../check/exchange.ts';
import type { HttpProbe, IdsProbe, LogRecord, LogsProbe, SpanData, SpansProbe } from '../check/probes.ts';
import { buildTraceTree } from './trace-tree.ts';

/** A request sent with a new trace, with its log lines and spans. */
export interface FollowedRequest {
  traceId: string;
  /** The span that the request was sent under: the parent that the service must name. */
  sentSpanId: string;
  /** Unique part of the request's URL: finds its lines and spans where they have another trace. */
  marker: string;
  exchange: Exchanged;
  log: FollowedLog;
  spans: FollowedSpans;
  evidence: Evidence[];
}

export interface FollowedLog {
  available: boolean;
  source: string;
  enable?: string;
  /** Lines with the trace. */
  records: LogRecord[];
  /** Lines with the marker, and without the trace. */
  linesWithoutTrace: LogRecord[];
  scanned: number;
}

export interface FollowedSpans {
  available: boolean;
  source: string;
  enable?: string;
  spans: SpanData[];
  /** Spans of this request (by its marker) in another trace. */
  elsewhere: SpanData[];
}

export interface FollowOptions {
  url: string;
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  /** Replaces the `traceparent` that is sent. */
  traceparent?: string;
  /** Header that carries the trace ID for people; empty: none. */
  traceIdHeader: string;
  /** How long lines and spans may take to arrive. */
  waitMs: number;
  /** Which to look for. Default: both. */
  look?: { log?: boolean; spans?: boolean };
  /** Returns true once all expected spans have arrived. Default: `whole`, they form one tree below the sent span. */
  settled?(spans: SpanData[], whole: boolean): boolean;
}

export async function followRequest(
  probes: { http: HttpProbe; ids: IdsProbe; logs?: LogsProbe; spans?: SpansProbe },
  options: FollowOptions,
): Promise<FollowedRequest> {
  const trace = await probes.ids.trace();
  const marker = (await probes.ids.uuid()).replaceAll('-', '');
  const sinceMs = await probes.ids.now();
  const url = new URL(options.url);
  url.searchParams.set('meatymusic-probe', marker);
  const headers: Record<string, string> = {
    ...options.headers,
    traceparent: options.traceparent ?? trace.traceparent,
    ...(options.traceIdHeader ? { [options.traceIdHeader]: trace.traceId } : {}),
  };
  const request = {
    url: url.href,
    headers,
    ...(options.method ? { method: options.method } : {}),
    ...(options.body === undefined ? {} : { body: options.body }),
  };
  const exchanged = await exchange(probes.http, request);
  const identity = { traceId: trace.traceId, sentSpanId: trace.spanId, marker, sinceMs };
  const answered = exchanged.response !== undefined;
  const spans = await followSpans(answered ? probes.spans : undefined, identity, options);
  const log = await followLog(answered ? probes.logs : undefined, identity, options);
  const { traceId, sentSpanId } = identity;
  return {
    traceId,
    sentSpanId,
    marker,
    exchange: exchanged,
    log,
    spans,
    evidence: [exchanged.evidence, ...logEvidence(log), ...spanEvidence(spans, sentSpanId)],
  };
}

type Identity = { traceId: string; sentSpanId: string; marker: string; sinceMs: number };

async function followLog(
  logs: LogsProbe | undefined,
  { traceId, marker }: Identity,
  { waitMs }: FollowOptions,
): Promise<FollowedLog> {
  const access = await logs?.available({ service: 'api' });
  if (!logs || !access?.available) {
    return {
      ...(access ?? { source: '' }),
      available: false,
      records: [],
      linesWithoutTrace: [],
      scanned: 0,
    };
  }
  const found = await logs.find({ service: 'api', traceId, fresh: true, withinMs: waitMs });
  const marked = await logs.find({ service: 'api', contains: marker, fresh: true });
  const linesWithoutTrace = marked.records.filter((record) => !carriesTrace(record, traceId));
  return {
    available: true,
    source: found.source,
    records: found.records.filter((record) => carriesTrace(record, traceId)),
    linesWithoutTrace,
    scanned: found.scanned,
  };
}

/** Returns true if a line has the trace in its trace field, or anywhere if it has no known one. */
function carriesTrace(record: LogRecord, traceId: string): boolean {
  return record.traceId === undefined
    ? record.raw.toLowerCase().includes(traceId)
    : record.traceId === traceId;
}

async function followSpans(
  probe: SpansProbe | undefined,
  { traceId, sentSpanId, marker, sinceMs }: Identity,
  { waitMs, settled = (_, whole) => whole }: FollowOptions,
): Promise<FollowedSpans> {
  const access = await probe?.available();
  if (!probe || !access?.available) {
    return { ...(access ?? { source: '' }), available: false, spans: [], elsewhere: [] };
  }
  // Ends when a whole wait brought nothing new: only answers decide, so that a recorded run takes the same path.
  let spans: SpanData[] = [];
  for (;;) {
    const found = await probe.find({ traceId, fresh: true, atLeast: spans.length + 1, withinMs: waitMs });
    const more = found.spans.length > spans.length;
    spans = found.spans;
    if (!more || settled(spans, isWhole(spans, sentSpanId))) break;
  }
  if (spans.length > 0) return { available: true, source: access.source, spans, elsewhere: [] };
  const recent = await probe.find({ sinceMs: sinceMs - 1000, fresh: true });
  const elsewhere = recent.spans.filter((span) => JSON.stringify(span.attributes).includes(marker));
  return { available: true, source: access.source, spans, elsewhere };
}

function isWhole(spans: SpanData[], sentSpanId: string): boolean {
  const { entries, orphans } = buildTraceTree(spans, sentSpanId);
  return entries.length > 0 && orphans.length === 0;
}

function logEvidence({ available, source, records, linesWithoutTrace }: FollowedLog): Evidence[] {
  if (!available) return [];
  const lines = [...records, ...linesWithoutTrace].sort((a, b) => a.number - b.number);
  return [
    {
      kind: 'lines',
      label: 'log lines of the request',
      source,
      lines: lines.slice(0, 20).map(({ number, raw }) => ({ number, text: raw })),
      total: lines.length,
    },
  ];
}

function spanEvidence(
  { available, spans, elsewhere }: FollowedSpans,
  expectedRootSpanId: string,
): Evidence[] {
  if (!available) return [];
  const shown: Evidence[] = [{ kind: 'spans', label: 'spans of the trace', spans, expectedRootSpanId }];
  if (elsewhere.length > 0) {
    shown.push({ kind: 'spans', label: 'spans of this request in another trace', spans: elsewhere });
  }
  return shown;
}

const traceHeaders = ['traceparent', 'traceresponse', 'x-trace-id', 'x-request-id', 'x-correlation-id'];

/** Response headers that name a trace: which of them carry the one that was sent, and which another. */
export function traceInHeaders(
  headers: Record<string, string>,
  traceId: string,
  names: readonly string[] = traceHeaders,
): { carrying: string[]; other: { name: string; value: string }[] } {
  const present = names.filter((name) => headers[name.toLowerCase()] !== undefined);
  const bare = (name: string) => headers[name.toLowerCase()]!.toLowerCase().replaceAll(/0x/g, '');
  const carrying = present.filter((name) => bare(name).replaceAll('-', '').includes(traceId));
  const other = present
    .filter((name) => !carrying.includes(name) && /[0-9a-f]{32}/.test(bare(name)))
    .map((name) => ({ name, value: headers[name.toLowerCase()]! }));
  return { carrying, other };
}

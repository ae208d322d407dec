import type { Evidence } from '../check/evidence.ts';
import { type Exchanged, exchange } from '../check/exchange.ts';
import type { HttpProbe, IdsProbe, LogRecord, LogsProbe, SpanData, SpansProbe } from '../check/probes.ts';
import { carriesTrace, createIds, markedUrl, type SentIds } from './sent-ids.ts';
import { buildTraceTree } from './trace-tree.ts';

/** A request with fresh identifiers, and its answer. */
export interface SentRequest {
  sent: SentIds;
  exchange: Exchanged;
}

/** A request sent with a new trace, with its log lines and spans. */
export interface FollowedRequest extends SentRequest {
  log: FollowedLog;
  spans: FollowedSpans;
  evidence: Evidence[];
}

export interface FollowedLog {
  available: boolean;
  source: string;
  enable?: string;
  /** Lines that carry the trace, in a field or in their text. */
  records: LogRecord[];
  /** Lines with the marker that do not carry the trace. */
  linesWithoutTrace: LogRecord[];
  scanned: number;
}

export interface FollowedSpans {
  available: boolean;
  source: string;
  enable?: string;
  /** Address to which the services export and where nothing can be read. */
  elsewhere?: string;
  /** Spans of the trace. */
  spans: SpanData[];
  /** Spans of this request (by its marker) in another trace. */
  inOtherTraces: SpanData[];
  /** Spans since the request was sent, of any trace. */
  recent: SpanData[];
  /** Number of spans that the source has shown, of any time. */
  scanned: number;
}

export interface FollowOptions {
  url: string;
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  /** Replaces the `traceparent` that is sent; `false`: none is sent. */
  traceparent?: string | false;
  /** Header that carries an identifier of the caller; empty: none. */
  traceIdHeader: string;
  /** How long lines and spans may take to arrive. */
  waitMs: number;
  /** Returns true once all expected spans have arrived. Default: `whole`, they form one tree below the sent span. */
  settled?(spans: SpanData[], whole: boolean): boolean;
}

type Readers = { logs?: LogsProbe; spans?: SpansProbe };

export async function followRequest(
  probes: { http: HttpProbe; ids: IdsProbe } & Readers,
  options: FollowOptions,
): Promise<FollowedRequest> {
  return collectRequest(probes, await sendRequest(probes, options), options);
}

export async function sendRequest(
  { http, ids }: { http: HttpProbe; ids: IdsProbe },
  { url, method, body, headers, traceparent, traceIdHeader }: FollowOptions,
): Promise<SentRequest> {
  const sent = await createIds(ids);
  const request = {
    url: markedUrl(url, sent),
    headers: {
      ...headers,
      ...(traceparent === false ? {} : { traceparent: traceparent ?? sent.traceparent }),
      ...(traceIdHeader ? { [traceIdHeader]: sent.callerId } : {}),
    },
    ...(method ? { method } : {}),
    ...(body === undefined ? {} : { body }),
  };
  return { sent, exchange: await exchange(http, request) };
}

/** Waits for lines and spans of a request that was sent. */
export async function collectRequest(
  probes: Readers,
  request: SentRequest,
  options: Pick<FollowOptions, 'waitMs' | 'settled'>,
): Promise<FollowedRequest> {
  const { sent, exchange } = request;
  const answered = exchange.response !== undefined;
  const spans = await followSpans(answered ? probes.spans : undefined, sent, options);
  // Where the spans did not arrive, their wait was long enough for lines as well.
  const hasWaited = spans.available && spans.spans.length === 0;
  const logWaitMs = hasWaited ? Math.min(options.waitMs, 2000) : options.waitMs;
  const log = await followLog(answered ? probes.logs : undefined, sent, logWaitMs);
  const evidence = [exchange.evidence, ...logEvidence(log), ...spanEvidence(spans, sent.spanId)];
  return { ...request, log, spans, evidence };
}

async function followLog(logs: LogsProbe | undefined, sent: SentIds, waitMs: number): Promise<FollowedLog> {
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
  const { traceId } = sent;
  let found = await logs.find({ service: 'api', traceId, fresh: true, withinMs: waitMs });
  // A copy of the header that was sent is found as well, and does not count: the wait continues behind it.
  while (found.matched > 0 && !found.records.some((record) => carriesTrace(record, sent))) {
    const atLeast = found.matched + 1;
    const more = await logs.find({ service: 'api', traceId, fresh: true, atLeast, withinMs: waitMs });
    if (more.matched < atLeast) break;
    found = more;
  }
  const marked = await logs.find({ service: 'api', contains: sent.marker, fresh: true });
  return {
    available: true,
    source: found.source,
    records: found.records.filter((record) => carriesTrace(record, sent)),
    linesWithoutTrace: marked.records.filter((record) => !carriesTrace(record, sent)),
    scanned: found.scanned,
  };
}

async function followSpans(
  probe: SpansProbe | undefined,
  { traceId, spanId, marker, sinceMs }: SentIds,
  { waitMs, settled = (_, whole) => whole }: Pick<FollowOptions, 'waitMs' | 'settled'>,
): Promise<FollowedSpans> {
  const access = await probe?.available();
  const none = { spans: [], inOtherTraces: [], recent: [], scanned: 0 };
  if (!probe || !access?.available) return { ...(access ?? { source: '' }), available: false, ...none };
  const withinMs = access.elsewhere === undefined ? waitMs : Math.min(waitMs, 1000);
  // Ends when a whole wait brought nothing new: only answers decide, so that a recorded run takes the same path.
  let spans: SpanData[] = [];
  for (;;) {
    const found = await probe.find({ traceId, fresh: true, atLeast: spans.length + 1, withinMs });
    const more = found.spans.length > spans.length;
    spans = found.spans;
    if (!more || settled(spans, isWhole(spans, spanId))) break;
  }
  const { spans: recent, scanned } = await probe.find({ sinceMs: sinceMs - 1000, fresh: true, limit: 5000 });
  const inOtherTraces = recent.filter(
    (span) => span.traceId !== traceId && JSON.stringify(span.attributes).includes(marker),
  );
  return { ...access, available: true, spans, inOtherTraces, recent, scanned };
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
  { available, spans, inOtherTraces }: FollowedSpans,
  expectedRootSpanId: string,
): Evidence[] {
  if (!available) return [];
  const shown: Evidence[] = [{ kind: 'spans', label: 'spans of the trace', spans, expectedRootSpanId }];
  if (inOtherTraces.length > 0) {
    shown.push({ kind: 'spans', label: 'spans of this request in another trace', spans: inOtherTraces });
  }
  return shown;
}

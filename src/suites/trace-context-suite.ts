import { exchange } from '../check/exchange.ts';
import type { HttpProbe, HttpResponse, IdsProbe, LogsProbe, SpanData, SpansProbe } from '../check/probes.ts';
import { createIds, markedUrl, markersIn, responseHeaders, type SentIds, traceOfLine } from './sent-ids.ts';

/** Headers to send, and what W3C Trace Context requires of a receiver. */
export interface TraceContextCase {
  /** As the end of "a traceparent with …". */
  name: string;
  /** `{trace}` and `{span}` are replaced by fresh identifiers. An empty value: the header is not sent. */
  traceparent: string;
  tracestate?: string;
  /** Name of the header as it is sent, where it is another than in lower case. */
  as?: { traceparent?: string; tracestate?: string };
  /** A second header of this name, in a line of its own. */
  again?: { name: 'traceparent' | 'tracestate'; value: string };
  /** Continue the trace that was sent, or begin another. */
  expect: 'continue' | 'restart';
  /** Members of tracestate that must be kept in this order; empty: none may be. Unset: whatever is kept must be valid. */
  state?: string;
}

export interface ObservedCase extends TraceContextCase {
  sent: string;
  ids: SentIds;
  response?: HttpResponse;
  failure?: string;
  /** The trace that the service used. Unset: unknown. */
  seen?: string;
  /** Its source: a header's name, `log` or `spans`. */
  where?: string;
  /** Spans of the trace that was sent, and those with the marker in any trace. */
  spans: SpanData[];
  /** The span that took the request over. Unset: not seen. */
  entry?: SpanData;
}

type Probes = { http: HttpProbe; ids: IdsProbe; logs: LogsProbe; spans: SpansProbe };

/**
 * Sends a request for each case and observes which trace the service used: in its spans, else in its log, else in the
 * response. The request is identified by a marker in its URL, which the log or a span's attributes must show.
 */
export async function observeTraceContext(
  probes: Probes,
  url: string,
  cases: readonly TraceContextCase[],
  waitMs: number,
): Promise<ObservedCase[]> {
  const observed: ObservedCase[] = [];
  for (const each of cases) observed.push(await sendCase(probes, url, each));
  const all = await spansOf(probes.spans, observed, waitMs);
  const canReadLog = (await probes.logs.available({ service: 'api' })).available;
  const byMarker = groupByMarker(all);
  for (const each of observed) {
    const marked = byMarker.get(each.ids.marker) ?? [];
    each.spans = [...new Set([...all.filter(({ traceId }) => traceId === each.ids.traceId), ...marked])];
    const entry = marked.find(({ kind }) => kind === 'server') ?? marked[0];
    if (entry) Object.assign(each, { entry, seen: entry.traceId, where: 'spans' });
  }
  const answered = observed.filter(({ response }) => response);
  const ofLog = async (each: ObservedCase, withinMs: number) =>
    canReadLog ? traceInLog(probes.logs, each.ids, withinMs) : undefined;
  const [first = answered[0]] = answered.filter(({ entry }) => entry);
  const inFirstLog = first && (await ofLog(first, Math.min(waitMs, 2000)));
  const inFirstResponse = first && traceInResponse(first);
  // Log and response count for a request without spans where they agree with the spans of another.
  const agrees = (other: Seen) => !first?.entry || other?.seen === first.entry.traceId;
  for (const each of answered.filter(({ entry }) => !entry)) {
    const inLog = inFirstLog && agrees(inFirstLog) ? await ofLog(each, 0) : undefined;
    const inResponse = agrees(inFirstResponse) ? traceInResponse(each) : undefined;
    Object.assign(each, inLog ?? inResponse ?? {});
  }
  return observed;
}

function groupByMarker(spans: readonly SpanData[]): Map<string, SpanData[]> {
  const groups = new Map<string, SpanData[]>();
  for (const span of spans) {
    for (const marker of markersIn(JSON.stringify(span.attributes)))
      groups.set(marker, [...(groups.get(marker) ?? []), span]);
  }
  return groups;
}

async function sendCase({ http, ids }: Probes, url: string, each: TraceContextCase): Promise<ObservedCase> {
  const sentIds = await createIds(ids);
  const { traceId, spanId } = sentIds;
  const filled = (value: string) => value.replaceAll('{trace}', traceId).replaceAll('{span}', spanId);
  const sent = filled(each.traceparent);
  const { as = {}, again, tracestate } = each;
  const { response, failure } = await exchange(http, {
    url: markedUrl(url, sentIds),
    headers: {
      ...(sent ? { [as.traceparent ?? 'traceparent']: sent } : {}),
      ...(tracestate === undefined ? {} : { [as.tracestate ?? 'tracestate']: tracestate }),
    },
    ...(again && { moreHeaders: [[again.name, filled(again.value)]] }),
  });
  return {
    ...each,
    sent: again?.name === 'traceparent' ? `${sent}, ${filled(again.value)}` : sent,
    ids: sentIds,
    spans: [],
    ...(response ? { response } : {}),
    ...(failure ? { failure: failure.message } : {}),
  };
}

/** Resolves to the spans since the first case, once those of the last sampled case are there or none come any more. */
async function spansOf(probe: SpansProbe, observed: readonly ObservedCase[], waitMs: number) {
  const access = await probe.available();
  const [first] = observed;
  if (!access.available || !first) return [];
  const last = observed.findLast(({ sent, response }) => response && !sent.endsWith('-00'));
  const sinceMs = first.ids.sinceMs - 1000;
  let found: SpanData[] = [];
  for (;;) {
    const withinMs = access.elsewhere === undefined ? waitMs : Math.min(waitMs, 1000);
    const atLeast = found.length + 1;
    const { spans } = await probe.find({ sinceMs, fresh: true, limit: 5000, atLeast, withinMs });
    const more = spans.length > found.length;
    found = spans;
    const isThere = found.some(({ attributes }) =>
      JSON.stringify(attributes).includes(last?.ids.marker ?? ''),
    );
    if (!more || isThere) return found;
  }
}

type Seen = { seen: string; where: string } | undefined;

async function traceInLog(logs: LogsProbe, ids: SentIds, withinMs: number): Promise<Seen> {
  const { records } = await logs.find({ service: 'api', contains: ids.marker, fresh: true, withinMs });
  const own = records.find((record) => record.traceId && traceOfLine(record, ids) !== 'echo');
  return own?.traceId ? { seen: own.traceId, where: 'log' } : undefined;
}

/** A header that was sent and comes back as it is shows no trace of the service. */
function traceInResponse({ response, sent }: ObservedCase): Seen {
  for (const name of responseHeaders) {
    const value = response?.headers[name]?.toLowerCase() ?? '';
    const match = /(?:^|[^0-9a-f])([0-9a-f]{32})(?:$|[^0-9a-f])/.exec(value);
    if (match && value !== sent.toLowerCase()) return { seen: match[1] as string, where: name };
  }
  return undefined;
}

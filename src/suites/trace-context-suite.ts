import { exchange } from '../check/exchange.ts';
import type { HttpProbe, HttpResponse, IdsProbe, LogsProbe, SpansProbe } from '../check/probes.ts';

/** Headers to send, and what W3C Trace Context has a receiver do with them. */
export interface TraceContextCase {
  /** As the end of "a traceparent with …". */
  name: string;
  /** `{trace}` and `{span}` become fresh identifiers. An empty value: the header is not sent. */
  traceparent: string;
  tracestate?: string;
  /** A second header of this name, in a line of its own. */
  again?: { name: 'traceparent' | 'tracestate'; value: string };
  /** Go on with the trace that was sent, or begin another. */
  expect: 'continue' | 'restart';
}

export interface ObservedCase extends TraceContextCase {
  sent: string;
  traceId: string;
  response?: HttpResponse;
  failure?: string;
  /** The trace that the service used. Unset: unknown. */
  seen?: string;
  /** Its source: a header's name, `log` or `spans`. */
  where?: string;
}

/**
 * Sends a request for each case and looks which trace the service used: in the response, else in its log, else in its
 * spans. The request is identified by a marker in its URL, which the log or a span's attributes must show.
 */
export async function observeTraceContext(
  probes: { http: HttpProbe; ids: IdsProbe; logs: LogsProbe; spans: SpansProbe },
  url: string,
  cases: readonly TraceContextCase[],
  waitMs: number,
): Promise<ObservedCase[]> {
  const { http, ids, logs, spans } = probes;
  const sinceMs = await ids.now();
  const observed: (ObservedCase & { marker: string })[] = [];
  for (const each of cases) {
    const { traceId, spanId } = await ids.trace();
    const marker = (await ids.uuid()).replaceAll('-', '');
    const filled = (value: string) => value.replaceAll('{trace}', traceId).replaceAll('{span}', spanId);
    const sent = filled(each.traceparent);
    const marked = new URL(url);
    marked.searchParams.set('meatymusic-probe', marker);
    const { response, failure } = await exchange(http, {
      url: marked.href,
      headers: {
        ...(sent ? { traceparent: sent } : {}),
        ...(each.tracestate === undefined ? {} : { tracestate: each.tracestate }),
      },
      ...(each.again && { moreHeaders: [[each.again.name, filled(each.again.value)]] }),
    });
    const inResponse = response && traceOfHeaders(response.headers);
    observed.push({
      ...each,
      sent: each.again?.name === 'traceparent' ? `${sent}, ${filled(each.again.value)}` : sent,
      traceId,
      marker,
      ...(response ? { response } : {}),
      ...(failure ? { failure: failure.message } : {}),
      ...(inResponse ? { seen: inResponse.traceId, where: inResponse.name } : {}),
    });
  }
  const canReadLog = (await logs.available({ service: 'api' })).available;
  const canReadSpans = (await spans.available()).available;
  let worthWaiting = true;
  for (const each of observed) {
    if (each.seen || !each.response) continue;
    const found =
      (canReadLog && (await traceInLog(logs, each.marker, worthWaiting ? waitMs : 0))) ||
      (canReadSpans && (await traceInSpans(spans, each.marker, sinceMs, worthWaiting ? waitMs : 0)));
    if (found) Object.assign(each, found);
    else worthWaiting = false; // What the first of them did not show, the others will not either.
  }
  return observed.map(({ marker: _, ...each }) => each);
}

type Seen = { seen: string; where: string } | undefined;

function traceOfHeaders(headers: Record<string, string>): { traceId: string; name: string } | undefined {
  for (const name of ['traceparent', 'traceresponse', 'x-trace-id', 'x-correlation-id', 'x-request-id']) {
    const match = /(?:^|[^0-9a-f])([0-9a-f]{32})(?:$|[^0-9a-f])/.exec(headers[name]?.toLowerCase() ?? '');
    if (match) return { traceId: match[1]!, name };
  }
  return undefined;
}

async function traceInLog(logs: LogsProbe, marker: string, withinMs: number): Promise<Seen> {
  const { records } = await logs.find({ service: 'api', contains: marker, fresh: true, withinMs });
  const seen = records.find(({ traceId }) => traceId)?.traceId;
  return seen ? { seen, where: 'log' } : undefined;
}

async function traceInSpans(
  spans: SpansProbe,
  marker: string,
  sinceMs: number,
  withinMs: number,
): Promise<Seen> {
  const found = await spans.find({ sinceMs: sinceMs - 1000, fresh: true, withinMs });
  const seen = found.spans.find(({ attributes }) => JSON.stringify(attributes).includes(marker))?.traceId;
  return seen ? { seen, where: 'spans' } : undefined;
}

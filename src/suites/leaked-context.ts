import type { LogRecord, LogsProbe, SpanData, SpansProbe } from '../check/probes.ts';
import type { FollowedRequest } from './follow-request.ts';
import { markersIn, type SentIds, traceInHeaders, traceOfLine } from './sent-ids.ts';

/** A trace that the service used for a request. */
export interface UsedTrace {
  traceId: string;
  /** `span "GET /health"`, `line 12 of the log`, `the header x-trace-id`. */
  where: string;
}

/** What is seen of a request: a followed one, or one of a table of cases. */
export interface SeenRequest {
  sent: SentIds;
  /** Spans and lines that show the marker of the request, in any trace. */
  spans: readonly SpanData[];
  lines: readonly LogRecord[];
  headers: Record<string, string>;
}

export function seenOf({ sent, exchange, log, spans }: FollowedRequest): SeenRequest {
  return {
    sent,
    spans: [...spans.spans, ...spans.inOtherTraces],
    lines: [...log.records, ...log.linesWithoutTrace],
    headers: exchange.response?.headers ?? {},
  };
}

/** Returns the traces other than the sent one that the service used for a request. */
export function otherTracesOf({ sent, spans, lines, headers }: SeenRequest): UsedTrace[] {
  return [
    ...spans
      .filter(({ traceId }) => traceId !== sent.traceId)
      .map(({ traceId, name }) => ({ traceId, where: `the span "${name}"` })),
    ...lines
      .filter((record) => traceOfLine(record, sent) === 'another')
      .map(({ traceId = '', number }) => ({ traceId, where: `line ${number} of the log` })),
    ...traceInHeaders(headers, sent).other.map(({ name, traceId }) => ({
      traceId,
      where: `the response header ${name}`,
    })),
  ];
}

/**
 * Returns the first trace that two of our requests share: the context of one request is still active in another. A trace
 * that is new to these requests is compared with all requests of the run, by the markers in its spans and lines.
 */
export async function findLeak(
  requests: readonly SeenRequest[],
  { logs, spans }: { logs?: LogsProbe; spans?: SpansProbe },
): Promise<string | undefined> {
  const examined = new Set<string>();
  for (const request of requests) {
    for (const { traceId, where } of otherTracesOf(request)) {
      const owner = requests.findIndex(
        (other) =>
          other !== request &&
          (other.sent.traceId === traceId || otherTracesOf(other).some((used) => used.traceId === traceId)),
      );
      const name = `request ${requests.indexOf(request) + 1}`;
      if (owner >= 0)
        return `${where} of ${name} is in trace ${traceId}, which is that of request ${owner + 1}`;
      if (examined.has(traceId)) continue;
      examined.add(traceId);
      const markers = await markersOfTrace(traceId, { logs, spans });
      if (markers.some((marker) => marker !== request.sent.marker))
        return `${where} of ${name} is in trace ${traceId}, which is that of an earlier request`;
    }
  }
  return undefined;
}

async function markersOfTrace(
  traceId: string,
  { logs, spans }: { logs: LogsProbe | undefined; spans: SpansProbe | undefined },
): Promise<string[]> {
  const found = (await spans?.available())?.available
    ? await spans?.find({ traceId, fresh: true })
    : undefined;
  const readable = (await logs?.available({ service: 'api' }))?.available;
  const lines = readable ? await logs?.find({ service: 'api', traceId, fresh: true }) : undefined;
  return [
    ...(found?.spans ?? []).flatMap(({ attributes }) => markersIn(JSON.stringify(attributes))),
    ...(lines?.records ?? [])
      .filter((record) => record.traceId === traceId)
      .flatMap(({ raw }) => markersIn(raw)),
  ];
}

/**
 * Returns root spans of a database or cache client that started while the request was handled, in traces of their own: the
 * context was lost before the call.
 */
export function lostClientSpans(entry: SpanData | undefined, recent: readonly SpanData[]): SpanData[] {
  if (!entry) return [];
  const ends = entry.startMs + entry.durationMs;
  return recent.filter(
    (span) =>
      span.parentSpanId === undefined &&
      span.traceId !== entry.traceId &&
      systemOf(span) !== undefined &&
      span.startMs >= entry.startMs &&
      span.startMs <= ends,
  );
}

/** Returns the database system that a span is a call of. */
export function systemOf({ attributes }: SpanData): string | undefined {
  const system = attributes['db.system.name'] ?? attributes['db.system'];
  return typeof system === 'string' ? system : undefined;
}

export function namesOf(spans: readonly SpanData[]): string {
  const shown = spans.slice(0, 3).map(({ name, traceId }) => `"${name}" in trace ${traceId}`);
  return [...shown, ...(spans.length > 3 ? [`${spans.length - 3} more`] : [])].join(', ');
}

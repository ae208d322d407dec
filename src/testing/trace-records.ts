/** Spans and log lines of one request, as a service with OpenTelemetry leaves them. */
import type { LogRecord, SpanData } from '../check/probes.ts';
import type { SentIds } from '../suites/sent-ids.ts';

/** The identifiers of the request. */
export const sent: SentIds = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  callerId: 'd'.repeat(32),
  marker: 'c'.repeat(32),
  sinceMs: 50_000,
};

/** Returns the identifiers of a further request: of digit 1, 2, … */
export function sentAs(digit: number): SentIds {
  const [traceId, spanId] = [`${digit}`.repeat(32), `${digit}`.repeat(16)];
  return {
    ...sent,
    ...{ traceId, spanId, traceparent: `00-${traceId}-${spanId}-01`, marker: `${digit}`.repeat(32) },
  };
}

export const spanIdOf = (name: string) => name.padEnd(16, '0');

/** Returns a span that took the request over; its identifier is its name, filled up with zeros. */
export function spanOf(name: string, more: Partial<SpanData> = {}): SpanData {
  return {
    ...{ traceId: sent.traceId, spanId: spanIdOf(name), parentSpanId: sent.spanId, name, kind: 'server' },
    ...{ startMs: 1, durationMs: 1, status: 'unset', attributes: {} },
    ...more,
  };
}

/** Returns a span that began a trace. */
export function rootOf(name: string, more: Partial<SpanData> = {}): SpanData {
  const { parentSpanId: _, ...root } = spanOf(name);
  return { ...root, ...more };
}

/** Attributes of a span of this request, as the HTTP instrumentation has them. */
export const attributesOf = ({ marker }: Pick<SentIds, 'marker'>) => ({
  'url.path': '/health',
  'url.query': `meatymusic-probe=${marker}`,
});

/** Returns a structured line that carries the trace of the request. */
export function lineOf(number: number, more: Partial<LogRecord> = {}): LogRecord {
  return { number, raw: `line ${number}`, structured: true, traceId: sent.traceId, ...more };
}

/** Returns a structured line that carries no trace. */
export function bareLine(number: number, more: Partial<LogRecord> = {}): LogRecord {
  const { traceId: _, ...line } = lineOf(number);
  return { ...line, ...more };
}

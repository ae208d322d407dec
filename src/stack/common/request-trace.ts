import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import {
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

export interface RequestTrace {
  /** The context in which everything of this request runs. */
  context: Context;
  span: Span;
  traceId: string;
  /** For the response: the trace, and the span of this service in it. Absent without telemetry. */
  traceparent: string | undefined;
}

export interface IncomingRequest {
  method: string;
  /** Path and query as sent. */
  url: string;
  headers: IncomingHttpHeaders;
  clientAddress?: string | undefined;
}

/** Asked for each time: a tracer holds on to the provider that it was made by. */
const tracer = () => trace.getTracer('meatymusic');

/**
 * Opens the server span of a request. A valid `traceparent` is continued, its sampling decision included; a malformed one,
 * or several, start a new trace, as W3C Trace Context has it.
 */
export function openRequestTrace({ method, url, headers, clientAddress }: IncomingRequest): RequestTrace {
  const parent = propagation.extract(ROOT_CONTEXT, headers);
  const at = url.indexOf('?');
  const span = tracer().startSpan(
    method,
    {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': method,
        'url.scheme': 'http',
        'url.path': at < 0 ? url : url.slice(0, at),
        ...(at >= 0 && { 'url.query': url.slice(at + 1, at + 1 + 1024) }),
        ...(headers.host && hostAttributes(headers.host)),
        ...(headers['user-agent'] && { 'user_agent.original': headers['user-agent'] }),
        ...(clientAddress && { 'client.address': clientAddress }),
      },
    },
    parent,
  );
  const { traceId, spanId, traceFlags } = span.spanContext();
  const traced = isSpanContextValid(span.spanContext());
  return {
    context: trace.setSpan(parent, span),
    span,
    // Without telemetry the response still has an ID to search for.
    traceId: traced ? traceId : randomBytes(16).toString('hex'),
    traceparent: traced ? `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}` : undefined,
  };
}

/** Closes it: named after the route (never the raw path, of which there are endless ones), an error from 500 on. */
export function closeRequestTrace(
  { span }: RequestTrace,
  { method, route, status }: { method: string; route: string | undefined; status: number },
): void {
  span.updateName(route ? `${method} ${route}` : method);
  if (route) span.setAttribute('http.route', route);
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) {
    span.setAttribute('error.type', String(status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** Runs `work` inside a client span that carries its failure, without the failure's text where that could hold data. */
export async function inClientSpan<T>(
  name: string,
  attributes: Record<string, string | number>,
  work: () => Promise<T>,
): Promise<T> {
  const span = tracer().startSpan(name, { kind: SpanKind.CLIENT, attributes });
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (thrown) {
    const { code, name: type } = thrown as { code?: unknown; name?: unknown };
    const reason = typeof code === 'string' ? code : typeof type === 'string' ? type : 'unknown';
    span.setAttribute('error.type', reason);
    span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
    throw thrown;
  } finally {
    span.end();
  }
}

function hostAttributes(host: string): Record<string, string | number> {
  const match = /^(.*?)(?::(\d{1,5}))?$/.exec(host);
  return { 'server.address': match?.[1] ?? host, ...(match?.[2] && { 'server.port': Number(match[2]) }) };
}

import { context } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { closeRequestTrace, openRequestTrace, type RequestTrace } from '../common/request-trace.ts';

/** The beginning of a request: its span, and the headers that every answer has. Its end follows by itself. */
export function traced(request: FastifyRequest, reply: FastifyReply): RequestTrace {
  const { method, url, headers } = request.raw;
  // Not the hook onResponse, which a client that goes away does without.
  reply.raw.once('close', () => finished(request, reply));
  request.trace = openRequestTrace({
    method: method ?? 'GET',
    url: url ?? '/',
    headers,
    clientAddress: request.ip,
  });
  reply.headers({
    ...(request.trace.traceparent && { traceparent: request.trace.traceparent }),
    'x-trace-id': request.trace.traceId,
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  return request.trace;
}

/** The one line that every request leaves, and the end of its span. */
function finished(request: FastifyRequest, reply: FastifyReply): void {
  const { method, trace } = request;
  const route = request.is404 ? undefined : request.routeOptions.url;
  const status = reply.raw.writableFinished ? reply.statusCode : 499;
  const fields = {
    method,
    url: request.url.slice(0, 1024),
    route,
    status,
    duration_ms: Math.round(reply.elapsedTime * 100) / 100,
  };
  context.with(trace.context, () => {
    request.log[status >= 500 ? 'error' : 'info'](fields, 'request completed');
    closeRequestTrace(trace, { method, route, status });
  });
}

import { context } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { closeRequestTrace, openRequestTrace, type RequestTrace } from '../common/request-trace.ts';

/** Starts a request: its span and the headers of every response. Ends it when the response is closed. */
export function traced(request: FastifyRequest, reply: FastifyReply): RequestTrace {
  const { method, url, headers } = request.raw;
  // The hook onResponse is not called if the client disconnects.
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

/** Logs one line per request and ends its span. */
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

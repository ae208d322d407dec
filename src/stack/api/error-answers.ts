import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { context } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorResponse, publicError, statusError } from './api-error.ts';
import type { App } from './server.ts';

/** Whatever was thrown, in the envelope; what the caller may not know is in the log. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = publicError(thrown);
  context.with(request.trace.context, () => {
    const gone = request.raw.destroyed && !request.raw.complete;
    if (error.status >= 500 && !gone) request.log.error({ error: error.cause ?? error }, 'request failed');
  });
  const { code, message, details } = error;
  const body: ErrorResponse = {
    error: { code, message, trace_id: request.trace.traceId, ...(details && { details }) },
  };
  return reply
    .code(error.status)
    .headers({ ...error.headers })
    .type('application/json; charset=utf-8')
    .send(body);
}

/** What is no HTTP request has no route, no span and no log of its own; it gets the envelope all the same. */
export function answerBrokenRequest(thrown: Error & { code?: string }, socket: Socket): void {
  if (thrown.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[thrown.code ?? ''] ?? 400;
  const { code, message } = statusError(status);
  const traceId = randomBytes(16).toString('hex');
  const body = JSON.stringify({ error: { code, message, trace_id: traceId } } satisfies ErrorResponse);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Trace-ID: ${traceId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** 405 with what would be allowed, where another method is known at this address; else 404. */
export function unknownAddress(app: App, request: FastifyRequest): Error {
  const url = request.url.split('?', 1)[0] as string;
  const methods = (['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter((method) =>
    app.hasRoute({ method, url }),
  );
  return methods.length > 0
    ? statusError(405, { allow: [...methods, 'OPTIONS'].join(', ') })
    : statusError(404);
}

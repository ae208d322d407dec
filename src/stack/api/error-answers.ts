import { randomBytes } from 'node:crypto';
import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { context } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorResponse, publicError, statusError } from './api-error.ts';

/** Answers any thrown value in the envelope; internal details are only logged. */
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

/** Answers invalid HTTP with the envelope; it has no route, span or log entry. */
export function answerBrokenRequest(thrown: Error & { code?: string }, socket: Duplex): void {
  if (thrown.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[thrown.code ?? ''] ?? 400;
  answerRaw(socket, status);
}

/** Answers what Node.js handles before the framework: CONNECT, and an unknown Expect. */
export function answerOddRequests(server: Server): void {
  server.on('connect', (_request, socket) => answerRaw(socket, 405));
  server.on('checkExpectation', (request) => answerRaw(request.socket, 417));
}

function answerRaw(socket: Duplex, status: number): void {
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
  socket.on('error', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Which methods there are at each address. All addresses are plain ones; a caller's is never read as a pattern. */
export class KnownAddresses {
  readonly #methods = new Map<string, Set<string>>();

  add({ url, method }: { url: string; method: string | string[] }): void {
    const methods = this.#methods.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    this.#methods.set(url, methods);
  }

  /** 405 with what would be allowed, where another method is known at this address; else 404. */
  errorFor({ url }: FastifyRequest): Error {
    const methods = this.#methods.get(url.split('?', 1)[0] as string);
    return methods ? statusError(405, { allow: [...methods, 'OPTIONS'].join(', ') }) : statusError(404);
  }
}

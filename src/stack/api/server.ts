import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import { context } from '@opentelemetry/api';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { acceptedId, requestId } from '../common/correlation.ts';
import { closeRequestTrace, openRequestTrace, type RequestTrace } from '../common/request-trace.ts';
import { type ErrorResponse, publicError, statusError } from './api-error.ts';
import type { Authenticator, Caller } from './auth.ts';
import type { Cache } from './cache.ts';
import type { Database } from './database.ts';
import { RateLimiter } from './rate-limit.ts';
import { composeRoutes } from './routes/compose.ts';
import { healthRoutes } from './routes/health.ts';
import { meRoutes } from './routes/me.ts';
import { preferencesRoutes } from './routes/preferences.ts';
import { rootRoutes } from './routes/root.ts';
import type { Settings } from './settings.ts';

declare module 'fastify' {
  interface FastifyRequest {
    trace: RequestTrace;
    /** Set by `authenticated`. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** Requests in a window, instead of the general limit; 0: as many as one likes. */
    rateLimit?: number;
  }
}

export interface Services {
  settings: Settings;
  log: Logger;
  database: Database;
  cache: Cache;
  auth: Authenticator;
}

export type App = FastifyInstance;

const exposedHeaders = [
  'traceparent',
  'X-Trace-ID',
  'X-Request-ID',
  'Retry-After',
  'RateLimit-Remaining',
  'X-Cache',
];
const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'traceparent',
  'tracestate',
  'X-Trace-ID',
  'X-Request-ID',
  'X-Service-Name',
];

/** Puts the API together; it does not listen yet. */
export async function createServer(services: Services): Promise<App> {
  const { settings, log } = services;
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: false,
    genReqId: (request) => requestId(request.headers['x-request-id']),
    childLoggerFactory: (logger, bindings, options, { headers }) => {
      const xTraceId = acceptedId(headers['x-trace-id']);
      const ids = { request_id: bindings.reqId, ...(xTraceId && { x_trace_id: xTraceId }) };
      return logger.child(ids, options);
    },
    bodyLimit: 64 * 1024,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    // A request that is under way may finish; who sends none is let go at once.
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      traced(request, reply);
      void answerError(error, request, reply);
    },
    clientErrorHandler: answerBrokenRequest,
    // The schemas are our own: validating them against JSON Schema's own at each start is time for nothing.
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true, validateSchema: false },
    },
  });

  // The first hook, so that nothing of a request happens outside of its trace. Bodies arrive in another asynchronous
  // context, which is why the trace is entered a second time once they have.
  app.addHook('onRequest', (request, reply, next) => context.with(traced(request, reply).context, next));
  app.addHook('preValidation', (request, _reply, next) => context.with(request.trace.context, next));

  await app.register(cors, {
    origin: settings.corsOrigins,
    methods: ['GET', 'HEAD', 'PUT', 'POST', 'OPTIONS'],
    allowedHeaders,
    exposedHeaders,
    maxAge: 600,
    strictPreflight: false,
  });
  const limiter = new RateLimiter(settings.rateLimit, services.cache);
  app.addHook('onRequest', (request, reply) => limiter.check(request, reply));

  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request) => {
    throw unknownAddress(app, request);
  });
  for (const routes of [rootRoutes, healthRoutes, meRoutes, preferencesRoutes, composeRoutes])
    routes(app, services);
  return app;
}

/** A hook for routes that need to know who calls. */
export function authenticated({ auth }: Services) {
  return async (request: FastifyRequest): Promise<void> => {
    request.caller = await auth.verify(request.headers.authorization);
  };
}

function traced(request: FastifyRequest, reply: FastifyReply): RequestTrace {
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

function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
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
function answerBrokenRequest(thrown: Error & { code?: string }, socket: Socket): void {
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
function unknownAddress(app: App, request: FastifyRequest): Error {
  const url = request.url.split('?', 1)[0] as string;
  const methods = (['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter((method) =>
    app.hasRoute({ method, url }),
  );
  return methods.length > 0
    ? statusError(405, { allow: [...methods, 'OPTIONS'].join(', ') })
    : statusError(404);
}

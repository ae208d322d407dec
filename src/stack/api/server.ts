import cors from '@fastify/cors';
import { context } from '@opentelemetry/api';
import { type FastifyBaseLogger, fastify, LogController } from 'fastify';
import { acceptedId, requestId } from '../common/correlation.ts';
import { answerBrokenRequest, answerError, answerOddRequests, KnownAddresses } from './error-answers.ts';
import { RateLimiter } from './rate-limit.ts';
import { traced } from './request-life.ts';
import { composeRoutes } from './routes/compose.ts';
import { healthRoutes } from './routes/health.ts';
import { meRoutes } from './routes/me.ts';
import { preferencesRoutes } from './routes/preferences.ts';
import { rootRoutes } from './routes/root.ts';
import type { App, Services } from './services.ts';

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
    // Running requests may finish; idle connections are closed immediately.
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      traced(request, reply);
      void answerError(error, request, reply);
    },
    clientErrorHandler: answerBrokenRequest,
    // The schemas are constant: validating them against the meta schema at each start is not needed.
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
  answerOddRequests(app.server);
  const addresses = new KnownAddresses();
  app.addHook('onRoute', (route) => addresses.add(route));
  app.setNotFoundHandler((request) => {
    throw addresses.errorFor(request);
  });
  for (const routes of [rootRoutes, healthRoutes, meRoutes, preferencesRoutes, composeRoutes])
    routes(app, services);
  return app;
}

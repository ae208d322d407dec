/**
 * An Express service with pino, pg and ioredis, of which each variant listens on a port of its own and treats traces in its
 * own way. Argument: JSON `{ databaseUrl, redisUrl, variants: [{ port, log, … }] }`. Prints `ready` once all listen.
 */
const { variants: known, variantKey } = require('./telemetry.cjs');
const { context, ROOT_CONTEXT, trace } = require('@opentelemetry/api');
const { suppressTracing } = require('@opentelemetry/core');
const { appendFileSync } = require('node:fs');
const express = require('express');
const { Redis } = require('ioredis');
const { Pool } = require('pg');
const { destination, pino } = require('pino');
const { pinoHttp } = require('pino-http');

const { databaseUrl, redisUrl, variants } = JSON.parse(process.argv[2]);
const pool = new Pool({ connectionString: databaseUrl, max: 4 });
const redis = new Redis(redisUrl);
const random = (digits) =>
  require('node:crypto')
    .randomBytes(digits / 2)
    .toString('hex');

/** The trace fields of a line, by what the variant logs; `ids` are those of the active span. */
const traceFields = {
  own: (ids) => ids,
  none: () => ({}),
  'x-trace-id': (_, request) => ({ trace_id: request?.headers['x-trace-id'] }),
  camel: ({ trace_id, span_id }) => ({ traceId: trace_id, spanId: span_id }),
  hex: ({ trace_id }) => ({ trace_id: trace_id && `0x${trace_id}` }),
  nested: ({ trace_id, span_id }) => ({ trace: { id: trace_id }, span: { id: span_id } }),
  generated: () => ({ trace_id: random(32) }),
  global(ids, _, variant) {
    variant.global ??= ids.trace_id;
    return { trace_id: variant.global };
  },
  /** The header as it came, under a name of its own. */
  header: (_, request) => ({ traceparent: request?.headers.traceparent }),
  'copied-id': (_, request) => ({ trace_id: request?.headers.traceparent?.split('-')[1] }),
};

function createLog(variant) {
  const { logs = 'own', log: file } = variant;
  const formatters = {
    log({ trace_id, span_id, trace_flags, ...rest }) {
      const request = rest.res?.req;
      if (!request) return rest;
      const ids = trace_id ? { trace_id, span_id, trace_flags } : {};
      return { ...rest, ...traceFields[logs](ids, request, variant) };
    },
  };
  return pino({ base: { service: 'meatymusic-api' }, formatters }, destination({ dest: file, sync: true }));
}

const shortened = {
  req: ({ method, url }) => ({ method, url }),
  res: ({ statusCode }) => ({ statusCode }),
};

const returned = {
  'x-trace-id': (ids) => ({ 'x-trace-id': ids.traceId }),
  traceparent: (ids) => ({ traceparent: `00-${ids.traceId}-${ids.spanId}-0${ids.traceFlags}` }),
  'always-sampled': (ids) => ({ traceparent: `00-${ids.traceId}-${ids.spanId}-01` }),
  another: () => ({ 'x-trace-id': random(32) }),
  caller: (_, { headers }) => ({ 'x-trace-id': headers['x-trace-id'] ?? 'none' }),
  copy: (_, { headers }) => (headers.traceparent ? { traceparent: headers.traceparent } : {}),
  nothing: () => ({}),
};

function createApp(variant) {
  const app = express();
  const log = createLog(variant);
  const { returns = 'x-trace-id', serializers, errors = 'kept', ready = 'kept', stray } = variant;
  app.use((request, response, next) => {
    const ids = trace.getActiveSpan()?.spanContext() ?? {};
    if (
      variant.refuses &&
      new RegExp(variant.refuses.pattern).test(request.headers[variant.refuses.header] ?? '')
    )
      return response.status(400).end();
    if (ids.traceId) response.set(returned[returns](ids, request));
    next();
  });
  if (variant.plainLines) {
    app.use((request, _, next) => {
      const { traceId } = trace.getActiveSpan()?.spanContext() ?? {};
      const { plainLines } = variant;
      const text =
        plainLines === 'field' ? `trace_id=${traceId}` : plainLines === 'text' ? `in ${traceId}` : '';
      if (plainLines === 'message') log.info(`${request.url} in ${traceId}`);
      else appendFileSync(variant.log, `INFO: ${request.method} ${request.url} ${text}\n`);
      next();
    });
  } else {
    app.use(
      pinoHttp({
        logger: log,
        ...(serializers === 'short' && { serializers: shortened }),
        customProps: (request) => ({ x_trace_id: request.headers['x-trace-id'] }),
      }),
    );
  }
  app.get('/health', (request, response) => {
    if (stray) log.info({ url: request.url }, 'a line of its own');
    response.json({ status: 'ok' });
  });
  app.get('/health/ready', (_, response) => {
    const work = async () => {
      await pool.query('select 1 as one');
      await redis.ping();
      response.json({ status: 'ready' });
    };
    const kept = context.active();
    const root = ROOT_CONTEXT.setValue(variantKey, variant);
    const within = { kept, lost: root, 'without-clients': suppressTracing(kept) };
    context.with(within[ready], work);
  });
  app.use((_, response) => {
    if (errors === 'no-header') for (const name of ['x-trace-id', 'traceparent']) response.removeHeader(name);
    const { traceId } = trace.getActiveSpan()?.spanContext() ?? {};
    const body = errors === 'no-header' ? {} : { trace_id: traceId };
    response.status(errors === 'answered' ? 200 : 404).json({ error: { code: 'not_found', ...body } });
  });
  return app;
}

const listening = variants.map((variant) => {
  known.set(variant.port, variant);
  const app = createApp(variant);
  return new Promise((resolve) => app.listen(variant.port, '127.0.0.1', resolve));
});
Promise.all([...listening, pool.query('select 1'), redis.ping()]).then(() => process.stdout.write('ready\n'));
process.on('disconnect', () => process.exit(0));

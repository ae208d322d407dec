/**
 * OpenTelemetry for all variants of the traced service in one process: propagator, sampler and exporter act as the variant
 * of the request says, which is found by the port in `Host` and kept in the context.
 */
const {
  createContextKey,
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
} = require('@opentelemetry/api');
const { W3CTraceContextPropagator } = require('@opentelemetry/core');
const { B3InjectEncoding, B3Propagator } = require('@opentelemetry/propagator-b3');
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler } = require('@opentelemetry/sdk-trace-node');
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { IORedisInstrumentation } = require('@opentelemetry/instrumentation-ioredis');
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg');
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino');
const { createExporter } = require('./export.cjs');

/** Variants by their port. */
const variants = new Map();
const variantKey = createContextKey('variant');
const ofContext = (context) => context.getValue(variantKey);

const w3c = new W3CTraceContextPropagator();
const b3 = new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER });
const plain = { get: (carrier, name) => carrier[name], keys: Object.keys };

/** A trace state that keeps whatever text it was given. */
const anyState = (text) => ({ serialize: () => text, get: () => undefined, set: anyState, unset: anyState });

const withRemote = (spanContext) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceFlags: TraceFlags.SAMPLED, isRemote: true, ...spanContext });

/** Extracts the ids of anything that looks like a traceparent. */
function split(headers) {
  const [, traceId = '', spanId = ''] = String(headers.traceparent ?? '').split('-');
  const spanContext = { traceId: traceId.slice(0, 32), spanId: spanId.slice(0, 16) };
  return isSpanContextValid(spanContext) ? withRemote(spanContext) : ROOT_CONTEXT;
}

function changed(headers, change) {
  const context = w3c.extract(ROOT_CONTEXT, headers, plain);
  const spanContext = trace.getSpanContext(context);
  return spanContext ? withRemote({ ...spanContext, ...change(spanContext) }) : context;
}

const state = (headers, change) =>
  changed(headers, () => ({ traceState: anyState(change(String(headers.tracestate ?? ''))) }));

const extractors = {
  w3c: (headers) => w3c.extract(ROOT_CONTEXT, headers, plain),
  b3: (headers) => b3.extract(ROOT_CONTEXT, headers, plain),
  none: () => ROOT_CONTEXT,
  split,
  'drops-state': (headers) => changed(headers, () => ({ traceState: undefined })),
  'reverses-state': (headers) => state(headers, (text) => text.split(',').reverse().join(',')),
  'keeps-any-state': (headers) => state(headers, (text) => text),
  'first-member-only': (headers) => state(headers, (text) => text.split(',')[0]),
  'state-alone': (headers) => {
    const context = w3c.extract(ROOT_CONTEXT, headers, plain);
    if (trace.getSpanContext(context) || !headers.tracestate) return context;
    const own = { traceId: hex(32), spanId: hex(16), traceState: anyState(headers.tracestate) };
    return withRemote(own);
  },
  'state-breaks-trace': (headers) =>
    /^[a-z0-9=,@]*$/.test(headers.tracestate ?? '')
      ? w3c.extract(ROOT_CONTEXT, headers, plain)
      : ROOT_CONTEXT,
  'other-parent': (headers) => changed(headers, () => ({ spanId: hex(16) })),
  'version-00-only': (headers) =>
    String(headers.traceparent).startsWith('00-') ? w3c.extract(ROOT_CONTEXT, headers, plain) : ROOT_CONTEXT,
  'first-trace'(headers, variant) {
    variant.first ??= w3c.extract(ROOT_CONTEXT, headers, plain);
    return variant.first;
  },
  'previous-trace': (headers, variant) => {
    const { previous } = variant;
    variant.previous = w3c.extract(ROOT_CONTEXT, headers, plain);
    return previous ?? variant.previous;
  },
  /** A context that stays active where a request has none of its own. */
  'stale-trace': (headers, variant) => {
    const own = w3c.extract(ROOT_CONTEXT, headers, plain);
    if (trace.getSpanContext(own)) variant.stale = own;
    return trace.getSpanContext(own) ? own : (variant.stale ?? own);
  },
};

function hex(digits) {
  let text = '';
  while (text.length < digits) text += Math.floor(Math.random() * 16).toString(16);
  return text;
}

const textMapPropagator = {
  fields: () => ['traceparent', 'tracestate'],
  inject: (context, carrier, setter) => w3c.inject(context, carrier, setter),
  extract(_context, headers) {
    const variant = variants.get(Number(String(headers.host).split(':')[1]));
    if (!variant) return ROOT_CONTEXT;
    return extractors[variant.propagator ?? 'w3c'](headers, variant).setValue(variantKey, variant);
  },
};

const samplers = {
  parent: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  on: new AlwaysOnSampler(),
  off: new AlwaysOffSampler(),
};

const sampler = {
  shouldSample: (context, ...rest) =>
    samplers[ofContext(context)?.sampler ?? 'parent'].shouldSample(context, ...rest),
  toString: () => 'sampler of the variant',
};

const variantOfSpan = new WeakMap();

const processor = {
  onStart(span, context) {
    variantOfSpan.set(span, ofContext(context));
  },
  onEnd(span) {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    const variant = variantOfSpan.get(span);
    if (!variant) return;
    variant.export ??= createExporter(variant);
    variant.export(span);
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};

new NodeSDK({
  serviceName: 'meatymusic-api',
  autoDetectResources: false,
  instrumentations: [
    new HttpInstrumentation(),
    new ExpressInstrumentation(),
    new PgInstrumentation(),
    new IORedisInstrumentation(),
    new PinoInstrumentation(),
  ],
  textMapPropagator,
  sampler,
  spanProcessors: [processor],
}).start();

module.exports = { variants, variantKey };

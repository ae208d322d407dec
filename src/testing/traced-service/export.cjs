/** Exporters of the traced service: what the SDKs of several languages print, and OTLP. */
const { appendFileSync } = require('node:fs');
const { inspect } = require('node:util');
const { context, ROOT_CONTEXT } = require('@opentelemetry/api');
const { hrTimeToMicroseconds, suppressTracing } = require('@opentelemetry/core');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');

const microseconds = (time) => hrTimeToMicroseconds(time);
const iso = (time) => new Date(microseconds(time) / 1000).toISOString();
const stateOf = (span) => span.spanContext().traceState?.serialize();

/** Node's SDK 2. */
const node = (span) => ({
  resource: { attributes: span.resource.attributes },
  instrumentationScope: span.instrumentationScope,
  traceId: span.spanContext().traceId,
  parentSpanContext: span.parentSpanContext,
  traceState: stateOf(span),
  name: span.name,
  id: span.spanContext().spanId,
  kind: span.kind,
  timestamp: microseconds(span.startTime),
  duration: microseconds(span.duration),
  attributes: span.attributes,
  status: span.status,
  events: span.events,
  links: span.links,
});

/** Node's SDK 1.18: without a resource. */
function oldNode(span) {
  const { resource: _, instrumentationScope: __, parentSpanContext, ...rest } = node(span);
  return { ...rest, parentId: parentSpanContext?.spanId };
}

const pythonState = (text) =>
  inspect(
    (text ?? '')
      .split(',')
      .filter(Boolean)
      .map((member) => `{key=${member.replace('=', ', value=')}}`),
    {
      compact: true,
      breakLength: Infinity,
      maxArrayLength: null,
    },
  ).replace(/^\[ (.*) \]$/, '[$1]');

const kinds = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

const python = (span) => ({
  name: span.name,
  context: {
    trace_id: `0x${span.spanContext().traceId}`,
    span_id: `0x${span.spanContext().spanId}`,
    trace_state: pythonState(stateOf(span)),
  },
  kind: `SpanKind.${kinds[span.kind]}`,
  parent_id: span.parentSpanContext ? `0x${span.parentSpanContext.spanId}` : null,
  start_time: iso(span.startTime),
  end_time: iso(span.endTime),
  status: { status_code: 'UNSET' },
  attributes: span.attributes,
  events: [],
  links: [],
  resource: { attributes: span.resource.attributes, schema_url: '' },
});

const go = (span) => ({
  Name: span.name,
  SpanContext: {
    TraceID: span.spanContext().traceId,
    SpanID: span.spanContext().spanId,
    TraceFlags: span.spanContext().traceFlags.toString(16).padStart(2, '0'),
    TraceState: stateOf(span) ?? '',
    Remote: false,
  },
  Parent: {
    TraceID: span.parentSpanContext?.traceId ?? '0'.repeat(32),
    SpanID: span.parentSpanContext?.spanId ?? '0'.repeat(16),
  },
  SpanKind: span.kind + 1,
  StartTime: iso(span.startTime),
  EndTime: iso(span.endTime),
  Attributes: Object.entries(span.attributes).map(([Key, value]) => ({ Key, Value: { Value: value } })),
  Status: { Code: 'Unset' },
  Resource: Object.entries(span.resource.attributes).map(([Key, value]) => ({
    Key,
    Value: { Value: value },
  })),
});

const literal = (form) => (span) => inspect(form(span), { depth: 3 });
const json = (form, indent) => (span) => JSON.stringify(form(span), undefined, indent);

const printers = {
  console: literal(node),
  'old-console': literal(oldNode),
  'other-name': literal((span) => ({
    ...node(span),
    resource: { attributes: { 'service.name': 'unknown_service:node' } },
  })),
  'no-name': literal((span) => ({ ...node(span), resource: { attributes: {} } })),
  'no-parents': literal((span) => ({ ...node(span), parentSpanContext: undefined })),
  'id-of-parent': literal((span) => ({ ...node(span), id: span.parentSpanContext?.spanId ?? node(span).id })),
  python: json(python, 4),
  go: json(go, '\t'),
};

/** Returns a function that exports one span as its variant does. */
exports.createExporter = ({ exporter = 'console', log, receiver }) => {
  if (exporter === 'none') return () => {};
  if (exporter === 'failing') return () => appendFileSync(log, failure);
  if (exporter === 'otlp') {
    const otlp = new OTLPTraceExporter({ url: `${receiver}/v1/traces` });
    // Without it, the requests of the exporter would be traced and exported as well.
    const quiet = suppressTracing(ROOT_CONTEXT);
    return (span) => context.with(quiet, () => otlp.export([span], () => {}));
  }
  const print = printers[exporter];
  return (span) => appendFileSync(log, `${print(span)}\n`);
};

const failure = `${JSON.stringify({ stack: 'OTLPExporterError: connect ECONNREFUSED 127.0.0.1:4318', code: 'ECONNREFUSED', name: 'OTLPExporterError' })}\n`;

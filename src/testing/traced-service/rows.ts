import type { Variant } from './start.ts';

export interface Row {
  service: Variant;
  /** What of it is configured; default: its log. */
  configured?: { log?: false; receiver?: true; otlpEndpoint?: string };
  options?: Record<string, Record<string, unknown>>;
  /** A code, `skip` or `blocked` by check; the others pass. */
  verdicts: Record<string, string>;
}

const blocked = {
  clients: 'blocked',
  errors: 'blocked',
  logs: 'blocked',
  unsampled: 'blocked',
  traceparent: 'blocked',
  tracestate: 'blocked',
};
const notContinued = { propagates: 'not-continued', ...blocked };
const leaks = { ...blocked, propagates: 'leaks-context', logs: 'leaks-context' };
const unlogged = { propagates: 'not-logged', errors: 'not-logged', logs: 'missing' };
const withoutSpans = { propagates: 'blocked', clients: 'blocked', errors: 'blocked', unsampled: 'blocked' };
const elsewhere = { exported: 'skip', clients: 'skip', unsampled: 'skip', tracestate: 'skip' };

/** The variants of the traced service by what is true of them, and the true verdicts. */
export const rows: Record<string, Row> = {
  'everything right': { service: {}, verdicts: {} },
  'spans by OTLP': { service: { exporter: 'otlp' }, configured: { receiver: true }, verdicts: {} },
  'spans as Python prints them': { service: { exporter: 'python' }, verdicts: {} },
  'spans as Go prints them': { service: { exporter: 'go' }, verdicts: {} },
  'spans without a resource': { service: { exporter: 'old-console' }, verdicts: {} },
  'short serializers': { service: { serializers: 'short' }, verdicts: {} },
  'traceId in camel case': { service: { logs: 'camel' }, verdicts: {} },
  'trace IDs with 0x': { service: { logs: 'hex' }, verdicts: {} },
  'trace.id nested': { service: { logs: 'nested' }, verdicts: {} },
  'traceparent returned': { service: { returns: 'traceparent' }, verdicts: {} },
  'the header of the caller returned as it came': { service: { returns: 'copy' }, verdicts: {} },
  'plain lines with trace_id=': {
    service: { plainLines: 'field' },
    verdicts: { caller: 'not-logged' },
  },
  'only the log is configured': {
    service: { exporter: 'none' },
    configured: { otlpEndpoint: 'http://collector.example:4318' },
    verdicts: elsewhere,
  },
  'a collector elsewhere that is not named': { service: { exporter: 'none' }, verdicts: elsewhere },
  'spans without log': {
    service: { exporter: 'otlp' },
    configured: { log: false, receiver: true },
    verdicts: { logs: 'skip', caller: 'skip' },
  },

  'B3 alone': { service: { propagator: 'b3' }, verdicts: notContinued },
  'no propagator, or a proxy that drops traceparent': {
    service: { propagator: 'none' },
    verdicts: notContinued,
  },
  'no propagator, seen by OTLP': {
    service: { propagator: 'none', exporter: 'otlp' },
    configured: { receiver: true },
    verdicts: notContinued,
  },
  'no propagator, seen in the log alone': {
    service: { propagator: 'none', exporter: 'none' },
    configured: { otlpEndpoint: 'http://collector.example:4318' },
    verdicts: { ...notContinued, exported: 'skip' },
  },
  'no propagator, the trace of the header is logged': {
    service: { propagator: 'none', logs: 'copied-id' },
    verdicts: notContinued,
  },
  'the trace of the first request': { service: { propagator: 'first-trace' }, verdicts: leaks },
  'the trace of the request before': { service: { propagator: 'previous-trace' }, verdicts: leaks },
  'the trace of the request before, by OTLP': {
    service: { propagator: 'previous-trace', exporter: 'otlp' },
    configured: { receiver: true },
    verdicts: leaks,
  },
  'a stale trace where none is sent': {
    service: { propagator: 'stale-trace' },
    verdicts: { ...leaks, logs: 'pass' },
  },
  'a global trace ID in the log': {
    service: { logs: 'global' },
    verdicts: { ...leaks, logs: 'leaks-context' },
  },

  'no trace IDs, the headers of the request': { service: { logs: 'none' }, verdicts: unlogged },
  'no trace IDs, x_trace_id alone': { service: { logs: 'none', serializers: 'short' }, verdicts: unlogged },
  'X-Trace-ID under trace_id': { service: { logs: 'x-trace-id' }, verdicts: unlogged },
  'traceparent as a field': { service: { logs: 'header' }, verdicts: unlogged },
  'plain lines without a trace': {
    service: { plainLines: 'none' },
    verdicts: { ...unlogged, caller: 'not-logged' },
  },
  'plain lines with the trace in their text': {
    service: { plainLines: 'text' },
    verdicts: { logs: 'plain-field', caller: 'not-logged' },
  },
  'the trace in the message of a structured line': {
    service: { plainLines: 'message' },
    verdicts: { logs: 'plain-field', caller: 'not-logged' },
  },
  'a generated trace ID in the log': {
    service: { logs: 'generated' },
    verdicts: { propagates: 'not-logged', errors: 'not-logged', logs: 'another-trace' },
  },
  'a line without a trace': {
    service: { stray: true },
    verdicts: { propagates: 'line-without-trace', logs: 'line-without-trace' },
  },

  'sampler off': {
    service: { sampler: 'off' },
    verdicts: { exported: 'none', ...withoutSpans, tracestate: 'skip' },
  },
  'sampler on': { service: { sampler: 'on' }, verdicts: { unsampled: 'exported' } },
  'always marked as sampled': {
    service: { returns: 'always-sampled' },
    verdicts: { unsampled: 'marked-sampled' },
  },
  'an exporter that fails': {
    service: { exporter: 'failing' },
    verdicts: { exported: 'exporter-failed', ...withoutSpans, tracestate: 'skip' },
  },
  'no exporter, nothing that shows the sampling': {
    service: { exporter: 'none', logs: 'camel' },
    verdicts: { exported: 'none', ...withoutSpans, tracestate: 'skip' },
  },
  'spans with another service name': {
    service: { exporter: 'other-name' },
    verdicts: { propagates: 'wrong-service' },
  },
  'spans with a resource without a name': {
    service: { exporter: 'no-name' },
    verdicts: { propagates: 'wrong-service' },
  },
  'spans without parents': {
    service: { exporter: 'no-parents' },
    verdicts: { propagates: 'broken-tree', clients: 'not-children', traceparent: 'parent-lost' },
  },
  'spans with the ID of their parent': {
    service: { exporter: 'id-of-parent' },
    verdicts: { propagates: 'broken-tree', clients: 'missing', traceparent: 'parent-unchanged' },
  },
  'a parent that was never sent': {
    service: { propagator: 'other-parent' },
    verdicts: { propagates: 'broken-tree', traceparent: 'parent-lost' },
  },

  'nothing in the response': { service: { returns: 'nothing' }, verdicts: { propagates: 'not-returned' } },
  'the identifier of the caller in the response': {
    service: { returns: 'caller' },
    verdicts: { propagates: 'not-returned' },
  },
  'another trace in the response': {
    service: { returns: 'another' },
    verdicts: { propagates: 'other-trace-returned' },
  },
  'errors without their trace': { service: { errors: 'no-header' }, verdicts: { errors: 'not-returned' } },
  'unknown paths answered with 200': { service: { errors: 'answered' }, verdicts: { errors: 'no-error' } },

  'lost context in a handler': { service: { ready: 'lost' }, verdicts: { clients: 'in-another-trace' } },
  'lost context in a handler that is followed': {
    service: { ready: 'lost' },
    options: { propagates: { path: '/health/ready' } },
    verdicts: { propagates: 'in-another-trace', clients: 'in-another-trace' },
  },
  'clients without instrumentation': {
    service: { ready: 'without-clients' },
    verdicts: { clients: 'missing' },
  },

  'every tracestate dropped': {
    service: { propagator: 'drops-state' },
    verdicts: { tracestate: 'state-lost' },
  },
  'all but the first member dropped': {
    service: { propagator: 'first-member-only' },
    verdicts: { tracestate: 'state-lost' },
  },
  'tracestate in another order': {
    service: { propagator: 'reverses-state' },
    verdicts: { tracestate: 'order-changed' },
  },
  'limits of tracestate ignored': {
    service: { propagator: 'keeps-any-state' },
    verdicts: { tracestate: 'invalid-kept' },
  },
  'tracestate without a traceparent kept': {
    service: { propagator: 'state-alone' },
    verdicts: { tracestate: 'state-without-trace' },
  },
  'a broken tracestate breaks the trace': {
    service: { propagator: 'state-breaks-trace' },
    verdicts: { tracestate: 'not-continued' },
  },
  'tracestate dropped, seen by OTLP': {
    service: { propagator: 'drops-state', exporter: 'otlp' },
    configured: { receiver: true },
    verdicts: { tracestate: 'state-lost' },
  },
  'traceparent split at dashes': {
    service: { propagator: 'split' },
    verdicts: { traceparent: 'not-ignored', tracestate: 'state-lost', unsampled: 'exported' },
  },
  'version 00 alone': {
    service: { propagator: 'version-00-only' },
    verdicts: { traceparent: 'not-continued' },
  },
  'later versions refused with 400': {
    service: { refuses: { header: 'traceparent', pattern: '^cc-' } },
    verdicts: { traceparent: 'refused' },
  },
  'capitals in tracestate refused with 400': {
    service: { refuses: { header: 'tracestate', pattern: 'ROJO' } },
    verdicts: { tracestate: 'refused' },
  },
};

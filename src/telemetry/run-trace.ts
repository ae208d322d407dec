import type { Attributes, Context, SpanContext, Tracer } from '@opentelemetry/api';
import { codeOf, messageOf } from '../base/errors.ts';
import type { Redactor } from '../base/redact.ts';
import type { RunResult } from '../check/result.ts';
import type { OpenProbes } from '../engine/attempt.ts';

/** Variable with the receiver of our own spans; `OTEL_EXPORTER_OTLP_ENDPOINT` is that of the stack under test. */
export const endpointVariable = 'MEATYMUSIC_OTEL_EXPORTER_OTLP_ENDPOINT';
const headersVariable = 'MEATYMUSIC_OTEL_EXPORTER_OTLP_HEADERS';

export interface RunTrace {
  /** 32 hexadecimal digits; the trace of `TRACEPARENT` if it is set. */
  traceId: string;
  /** Records the calls of each probe with their times. */
  watch(open: OpenProbes): OpenProbes;
  /** Creates the spans (run → check → attempt → probe) and sends them. Resolves to the reason if they did not arrive. */
  finish(result: RunResult): Promise<string | undefined>;
}

interface ProbeCall {
  attempt: number;
  name: string;
  startMs: number;
  endMs: number;
  error?: { code: string; message: string };
}

/** Time limit for sending: a run must not wait for its own telemetry. */
const sendWithinMs = 3000;
const statusError = 2;

/**
 * Starts the trace of the run. It has its own provider and sets no global, so that it does not affect the requests of the
 * checks and contains no span of the stack.
 */
export async function startRunTrace(
  env: Readonly<Record<string, string | undefined>>,
  toolVersion: string,
  redact: Redactor,
): Promise<RunTrace | undefined> {
  const endpoint = env[endpointVariable];
  if (!endpoint) return undefined;
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
  ]);
  let problem: string | undefined;
  const exporter = withoutStacksVariables(
    () =>
      new OTLPTraceExporter({
        url: tracesUrl(endpoint),
        headers: headersOf(env[headersVariable]),
        timeoutMillis: sendWithinMs,
      }),
  );
  const inner = exporter.export.bind(exporter);
  exporter.export = (spans, done) =>
    inner(spans, (result) => {
      if (result.code !== 0) problem ??= messageOf(result.error ?? 'the receiver refused them');
      done(result);
    });
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'meatymusic', 'service.version': toolVersion }),
    spanProcessors: [
      new sdk.BatchSpanProcessor(exporter, { maxQueueSize: 100_000, exportTimeoutMillis: sendWithinMs }),
    ],
    sampler: new sdk.AlwaysOnSampler(),
  });
  const tracer: Tracer = provider.getTracer('meatymusic', toolVersion);
  const startedMs = Date.now();
  const parent = parentOf(env.TRACEPARENT);
  const root = parent ? api.trace.setSpanContext(api.ROOT_CONTEXT, parent) : api.ROOT_CONTEXT;
  const run = tracer.startSpan('verify', { startTime: startedMs }, root);
  const calls = new Map<string, ProbeCall[]>();

  const span = (
    name: string,
    context: Context,
    at: Timing,
    attributes: Attributes,
    error?: string,
  ): Context => {
    const made = tracer.startSpan(name, { startTime: at.startMs, attributes }, context);
    if (error !== undefined) made.setStatus({ code: statusError, message: redact(error) });
    made.end(at.endMs);
    return api.trace.setSpan(context, made);
  };

  return {
    traceId: run.spanContext().traceId,
    watch: (open) => watchCalls(open, calls),
    async finish(result) {
      const runContext = api.trace.setSpan(root, run);
      for (const check of result.checks) {
        const at = {
          startMs: startedMs + check.startMs,
          endMs: startedMs + check.startMs + check.durationMs,
        };
        const failed = check.status === 'fail' || check.status === 'error';
        const checkContext = span(
          check.id,
          runContext,
          at,
          checkAttributes(check),
          failed ? check.actual : undefined,
        );
        for (const attempt of check.attempts) {
          const startMs = startedMs + attempt.startMs;
          const attributes = { 'meatymusic.attempt': attempt.number, 'meatymusic.status': attempt.status };
          const tried = { startMs, endMs: startMs + attempt.durationMs };
          const context = span('attempt', checkContext, tried, attributes, attempt.code && attempt.actual);
          for (const call of calls.get(check.id) ?? []) {
            if (call.attempt !== attempt.number) continue;
            const code = call.error ? { 'error.type': call.error.code } : {};
            span(call.name, context, call, { ...code }, call.error?.message);
          }
        }
      }
      const { summary, ok, exitCode, stack } = result;
      run.setAttributes({
        'meatymusic.ok': ok,
        'meatymusic.exit_code': exitCode,
        'meatymusic.runtime': stack.runtime,
      });
      for (const [name, count] of Object.entries(summary))
        run.setAttribute(`meatymusic.checks.${name}`, count);
      if (!ok) run.setStatus({ code: statusError });
      run.end(startedMs + result.durationMs);
      await Promise.race([
        provider.shutdown().catch((error) => {
          problem ??= messageOf(error);
        }),
        new Promise<void>((resolve) => {
          setTimeout(() => {
            problem ??= `not sent within ${sendWithinMs} ms`;
            resolve();
          }, sendWithinMs).unref();
        }),
      ]);
      return problem;
    },
  };
}

interface Timing {
  startMs: number;
  endMs: number;
}

function watchCalls(open: OpenProbes, calls: Map<string, ProbeCall[]>): OpenProbes {
  return async (scope) => {
    const own = calls.get(scope.check.id) ?? [];
    calls.set(scope.check.id, own);
    const opened = await open(scope);
    const probes = Object.entries(opened.probes).map(([name, probe]) => {
      const methods = Object.entries(probe as object).map(([method, value]) => {
        if (typeof value !== 'function') return [method, value];
        const timed = async (...args: unknown[]) => {
          const startMs = Date.now();
          const call: ProbeCall = {
            attempt: scope.number,
            name: `${name}.${method}`,
            startMs,
            endMs: startMs,
          };
          own.push(call);
          try {
            return await value.apply(probe, args);
          } catch (error) {
            call.error = { code: codeOf(error) ?? 'UNKNOWN', message: messageOf(error) };
            throw error;
          } finally {
            call.endMs = Date.now();
          }
        };
        return [method, timed];
      });
      return [name, Object.fromEntries(methods)];
    });
    return { ...opened, probes: Object.fromEntries(probes), close: () => opened.close() };
  };
}

function checkAttributes({
  area,
  level,
  status,
  code,
  flaky,
  effects,
}: RunResult['checks'][number]): Attributes {
  return {
    'meatymusic.area': area,
    'meatymusic.level': level,
    'meatymusic.status': status,
    'meatymusic.effects': effects,
    ...(code ? { 'meatymusic.code': code } : {}),
    ...(flaky ? { 'meatymusic.flaky': true } : {}),
  };
}

/** Returns the traces endpoint for the base address of a receiver or for its traces endpoint. */
function tracesUrl(endpoint: string): string {
  const url = endpoint.replace(/\/+$/, '');
  return url.endsWith('/v1/traces') ? url : `${url}/v1/traces`;
}

/** Parses a traceparent by W3C Trace Context. Returns `undefined` if it is invalid; the run then starts a new trace. */
function parentOf(traceparent: string | undefined): SpanContext | undefined {
  const match = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(
    traceparent ?? '',
  );
  const [, traceId = '', spanId = '', flags = '00'] = match ?? [];
  if (!match || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

/** Runs `work` without `OTEL_EXPORTER_OTLP_*`, which the exporter would read: they belong to the stack, keys included. */
function withoutStacksVariables<T>(make: () => T): T {
  const away = Object.entries(process.env).filter(([name]) => name.startsWith('OTEL_EXPORTER_OTLP_'));
  for (const [name] of away) delete process.env[name];
  try {
    return make();
  } finally {
    Object.assign(process.env, Object.fromEntries(away));
  }
}

/** Parses percent-encoded `name=value,name=value`, the format of the OpenTelemetry variable. */
function headersOf(text = ''): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 ? [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

import { context, propagation, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  WebTracerProvider,
} from '@opentelemetry/sdk-trace-web';
import type { BrowserConfig } from '../browser-config.ts';

const tracer = () => trace.getTracer('meatymusic-web');

/** Starts tracing in the page: `fetch` makes spans, and calls to the API carry `traceparent`. */
export function startTelemetry({ apiUrl, serviceName, exportSpans }: BrowserConfig): void {
  const provider = new WebTracerProvider({
    resource: resourceFromAttributes({
      'service.name': serviceName,
      'user_agent.original': navigator.userAgent,
    }),
    spanProcessors: [
      exportSpans
        ? new BatchSpanProcessor(new OTLPTraceExporter({ url: new URL('/v1/traces', location.href).href }), {
            scheduledDelayMillis: 100,
          })
        : new SimpleSpanProcessor(new ConsoleSpanExporter()),
    ],
  });
  provider.register();
  const apiOrigin = new URL(apiUrl).origin;
  registerInstrumentations({
    instrumentations: [
      new FetchInstrumentation({
        propagateTraceHeaderCorsUrls: [
          new RegExp(`^${apiOrigin.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(/|$)`),
        ],
        ignoreUrls: [/\/v1\/traces$/],
        clearTimingResources: true,
      }),
    ],
  });
  console.info(
    `OpenTelemetry initialized: ${serviceName}, spans to the ${exportSpans ? 'collector' : 'console'}`,
  );
}

/** Runs what belongs together, like a click and its requests, as one span, which `work` is handed the ID of. */
export async function inSpan<T>(
  name: string,
  parent: string | undefined,
  work: (traceId: string) => Promise<T>,
): Promise<T> {
  const from = parent ? propagation.extract(ROOT_CONTEXT, { traceparent: parent }) : ROOT_CONTEXT;
  const span: Span = tracer().startSpan(name, { kind: SpanKind.INTERNAL }, from);
  try {
    // Contexts of a page do not survive an `await`: requests have to be started before the first one.
    return await context.with(trace.setSpan(from, span), () => work(span.spanContext().traceId));
  } finally {
    span.end();
  }
}

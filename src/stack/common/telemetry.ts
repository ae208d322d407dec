import { type Attributes, context, propagation, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';

export interface TelemetryOptions {
  serviceName: string;
  /** OTEL_SDK_DISABLED: no spans, no trace context, and no word of it in the log. */
  disabled: boolean;
  /** `production`, `development`. */
  environment: string;
  /** `console`, `otlp`, `none`, several with commas. Default: otlp where an endpoint is set, else console. */
  exporters?: string | undefined;
  /** Base address, as in OTEL_EXPORTER_OTLP_ENDPOINT: `/v1/traces` is appended. HTTP with protobuf, port 4318. */
  otlpEndpoint?: string | undefined;
  /** How long spans are collected before they are sent by OTLP. Default 250. */
  otlpDelayMs?: number | undefined;
  /** Further receivers of spans. */
  processors?: SpanProcessor[];
}

export interface Telemetry {
  /** Receivers of spans, for the log. */
  description: Attributes;
  /** Sends what is collected and ends. Never rejects: a collector that is away must not keep a service from stopping. */
  shutdown(): Promise<void>;
}

/**
 * Starts the OpenTelemetry SDK. Spans are made by hand where they arise (`request-trace.ts`, `database.ts`, `cache.ts`):
 * automatic instrumentation patches modules while they are required, and a bundle requires none.
 * The sampler is the SDK's own, set by OTEL_TRACES_SAMPLER; by default the caller's decision counts.
 * `undefined`: it is switched off.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry | undefined> {
  if (options.disabled) return undefined;
  const endpoint = options.otlpEndpoint?.trim() || undefined;
  const names = (options.exporters?.trim() || (endpoint ? 'otlp' : 'console'))
    .split(',')
    .map((name) => name.trim());
  const url = `${(endpoint ?? 'http://localhost:4318').replace(/\/+$/, '')}/v1/traces`;
  const processors = [...(options.processors ?? [])];
  if (names.includes('console')) processors.push(new SimpleSpanProcessor(new ConsoleSpanExporter()));
  if (names.includes('otlp')) {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
    const exporter = new OTLPTraceExporter({ url, timeoutMillis: 2_000 });
    processors.push(
      new BatchSpanProcessor(exporter, {
        scheduledDelayMillis: options.otlpDelayMs ?? 250,
        exportTimeoutMillis: 2_000,
      }),
    );
  }
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.serviceName,
      'service.version': serviceVersion,
      'deployment.environment.name': options.environment,
    }),
    spanProcessors: processors,
  });
  provider.register();
  return {
    description: {
      exporter: names.join(','),
      ...(names.includes('otlp') && { endpoint: url }),
      ...(url.includes(':4317/') && {
        note: 'port 4317 is for gRPC by convention; this speaks HTTP with protobuf',
      }),
    },
    async shutdown() {
      await Promise.race([
        provider.shutdown(),
        new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
      ]).catch(() => undefined);
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

declare const __VERSION__: string;
export const serviceVersion = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0';

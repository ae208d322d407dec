import type { SpanData } from '../../check/probes.ts';
import type { SpanAccess } from '../context.ts';
import { startGrpcReceiver } from './grpc-receiver.ts';
import { type HttpLimits, startHttpReceiver } from './http-receiver.ts';
import { createHostGuard } from './own-host.ts';

export interface OtlpReceiverOptions {
  /** Default 127.0.0.1: spans are for this machine alone. */
  host?: string;
  /** Further names under which clients reach it: of its container, for example. */
  names?: readonly string[];
  /** 0 or absent: a free one. */
  httpPort?: number;
  /** 0 or absent: a free one. `false`: no gRPC. */
  grpcPort?: number | false;
  limits?: Partial<HttpLimits>;
  /** The callback keeps them: `access` has none then. */
  onSpans?(spans: SpanData[]): void;
}

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT with http/protobuf or http/json. */
  httpUrl: string;
  /** For OTEL_EXPORTER_OTLP_ENDPOINT with grpc; empty: none. */
  grpcUrl: string;
  /** What has arrived, for the spans probe. */
  access: SpanAccess;
  close(): Promise<void>;
}

const defaultLimits: HttpLimits = {
  maxBodyBytes: 8 * 1024 * 1024,
  maxConnections: 256,
  requestTimeoutMs: 10_000,
};
/** Of a run. Beyond, the oldest go. */
const maxKeptSpans = 20_000;

/** Takes in spans by OTLP, over HTTP and gRPC. Rejects with the system's error where a port is taken. */
export async function startOtlpReceiver(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const host = options.host ?? '127.0.0.1';
  const limits = { ...defaultLimits, ...options.limits };
  const kept: SpanData[] = [];
  const keep = (spans: SpanData[]) => {
    for (const span of spans) kept.push(span);
    if (kept.length > maxKeptSpans * 1.5) kept.splice(0, kept.length - maxKeptSpans);
  };
  const onSpans = options.onSpans ?? keep;
  const isOwnHost = createHostGuard(host, options.names);
  // HTTP last: an answer there means that both are up.
  const grpc =
    options.grpcPort === false
      ? undefined
      : await startGrpcReceiver({
          host,
          port: options.grpcPort ?? 0,
          maxBodyBytes: limits.maxBodyBytes,
          isOwnHost,
          onSpans,
        });
  try {
    const http = await startHttpReceiver({ host, port: options.httpPort ?? 0, limits, isOwnHost, onSpans });
    const httpUrl = `http://${host}:${http.port}`;
    return {
      httpUrl,
      grpcUrl: grpc ? `http://${host}:${grpc.port}` : '',
      access: { source: `OTLP receiver on ${host}:${http.port}`, collected: () => kept },
      async close() {
        await Promise.all([http.close(), grpc?.close()]);
      },
    };
  } catch (error) {
    await grpc?.close();
    throw error;
  }
}

import { messageOf } from '../../base/errors.ts';
import type { SpanData } from '../../check/probes.ts';
import { decodeProtobuf } from './decode.ts';

export interface GrpcReceiver {
  port: number;
  close(): Promise<void>;
}

type Call = { request: Buffer; getHost(): string };
type Callback = (error: { code: number; message: string } | null, reply?: Buffer) => void;
type Handler = (call: Call, callback: Callback) => void;

/** Taken and dropped, as over HTTP: services that export everything to one endpoint shall not fail for it. */
const otherSignals = ['metrics.v1.MetricsService', 'logs.v1.LogsService'];

const passThrough = (bytes: Buffer) => bytes;

/** The one method that each of OTLP's services has. */
const exportMethod = (service: string) => ({
  Export: {
    path: `/opentelemetry.proto.collector.${service}/Export`,
    requestStream: false as const,
    responseStream: false as const,
    // Decoded by the handler, which can answer INVALID_ARGUMENT; a deserializer that throws makes it INTERNAL.
    requestDeserialize: passThrough,
    requestSerialize: passThrough,
    responseDeserialize: passThrough,
    responseSerialize: passThrough,
  },
});

/** OTLP over gRPC. */
export async function startGrpcReceiver(options: {
  host: string;
  port: number;
  maxBodyBytes: number;
  isOwnHost(authority: string | undefined): boolean;
  onSpans(spans: SpanData[]): void;
}): Promise<GrpcReceiver> {
  const { Server, ServerCredentials, status } = await import('@grpc/grpc-js');
  const server = new Server({
    'grpc.max_receive_message_length': options.maxBodyBytes,
    'grpc.max_concurrent_streams': 64,
  });
  const addService = (name: string, handle: Handler) =>
    server.addService(exportMethod(name), {
      Export(call: Call, callback: Callback) {
        if (options.isOwnHost(call.getHost())) handle(call, callback);
        else callback({ code: status.PERMISSION_DENIED, message: 'this :authority is not served here' });
      },
    });
  addService('trace.v1.TraceService', ({ request }, callback) => {
    decodeProtobuf(request)
      .then((spans) => {
        options.onSpans(spans);
        callback(null, Buffer.alloc(0));
      })
      .catch((error) => callback({ code: status.INVALID_ARGUMENT, message: messageOf(error) }));
  });
  for (const name of otherSignals) addService(name, (_, callback) => callback(null, Buffer.alloc(0)));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      `${options.host}:${options.port}`,
      ServerCredentials.createInsecure(),
      (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      },
    );
  });
  return {
    port,
    async close() {
      server.forceShutdown();
    },
  };
}

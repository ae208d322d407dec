import { messageOf } from '../../base/errors.ts';
import type { SpanData } from '../../check/probes.ts';
import { decodeProtobuf } from './decode.ts';

export interface GrpcReceiver {
  port: number;
  close(): Promise<void>;
}

const passThrough = (bytes: Buffer) => bytes;

/** OTLP over gRPC: the one method that exporters of traces call. */
export async function startGrpcReceiver(options: {
  host: string;
  port: number;
  maxBodyBytes: number;
  onSpans(spans: SpanData[]): void;
}): Promise<GrpcReceiver> {
  const { Server, ServerCredentials, status } = await import('@grpc/grpc-js');
  const server = new Server({
    'grpc.max_receive_message_length': options.maxBodyBytes,
    'grpc.max_concurrent_streams': 64,
  });
  server.addService(
    {
      Export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        // Decoded by the handler, which can answer INVALID_ARGUMENT; a deserializer that throws makes it INTERNAL.
        requestDeserialize: passThrough,
        requestSerialize: passThrough,
        responseDeserialize: passThrough,
        responseSerialize: passThrough,
      },
    },
    {
      Export(
        call: { request: Buffer },
        callback: (error: { code: number; message: string } | null, reply?: Buffer) => void,
      ) {
        decodeProtobuf(call.request)
          .then((spans) => {
            options.onSpans(spans);
            callback(null, Buffer.alloc(0));
          })
          .catch((error) => callback({ code: status.INVALID_ARGUMENT, message: messageOf(error) }));
      },
    },
  );
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

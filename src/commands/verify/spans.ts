import { codeOf, messageOf } from '../../base/errors.ts';
import type { SpanAccess } from '../../probes/context.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const grpcPort = 4317;

export interface SpanReceiver {
  access: SpanAccess;
  close(): Promise<void>;
}

/**
 * Takes in the spans of the run at the address to which the services send them. Only on this machine, and only where
 * nobody else does already: then they go to a collector, and what a service prints is all that can be seen from here.
 */
export async function receiveSpans(otlpEndpoint: string | undefined): Promise<SpanReceiver | undefined> {
  const url = otlpEndpoint ? new URL(otlpEndpoint) : undefined;
  const port = Number(url?.port);
  if (!url || !port || !loopback.has(url.hostname)) return undefined;
  const { startOtlpReceiver } = await import('../../probes/otlp/receiver.ts');
  const ports = port === grpcPort ? { grpcPort: port } : { httpPort: port, grpcPort: false as const };
  try {
    return await startOtlpReceiver(ports);
  } catch (error) {
    // What binds gRPC's port names the system's code in its text alone.
    if (codeOf(error) === 'EADDRINUSE' || messageOf(error).includes('EADDRINUSE')) return undefined;
    throw error;
  }
}

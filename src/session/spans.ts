import { codeOf, messageOf } from '../base/errors.ts';
import type { Config } from '../config/schema.ts';
import type { SpanAccess } from '../probes/context.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const usualGrpcPort = 4317;

export interface SpanReceiver {
  access: SpanAccess;
  close(): Promise<void>;
}

/**
 * Takes in the spans of the run at the address to which the services send them, or where the receiver was asked to
 * listen. Only on this machine, and only where nobody else does already: then they go to a collector, and what a
 * service prints is all that can be seen from here.
 */
export async function receiveSpans(
  { otlpEndpoint, receiver }: Config['services']['telemetry'],
  tell: (notice: string) => void,
): Promise<SpanReceiver | undefined> {
  const ports = portsOf(otlpEndpoint, receiver);
  if (!ports) return undefined;
  const { startOtlpReceiver } = await import('../probes/otlp/receiver.ts');
  try {
    return await startOtlpReceiver(ports);
  } catch (error) {
    // What binds gRPC's port names the system's code in its text alone.
    if (codeOf(error) !== 'EADDRINUSE' && !messageOf(error).includes('EADDRINUSE')) throw error;
    const where = otlpEndpoint ?? `port ${ports.httpPort} or ${ports.grpcPort}`;
    tell(`somebody listens at ${where} already: of spans only what the services print is seen here`);
    return undefined;
  }
}

function portsOf(
  otlpEndpoint: string | undefined,
  { enabled, httpPort, grpcPort }: Config['services']['telemetry']['receiver'],
): { httpPort?: number; grpcPort: number | false } | undefined {
  if (enabled === false) return undefined;
  const url = otlpEndpoint ? new URL(otlpEndpoint) : undefined;
  const port = Number(url?.port);
  if (!url || !port || !loopback.has(url.hostname)) return enabled ? { httpPort, grpcPort } : undefined;
  return port === usualGrpcPort ? { grpcPort: port } : { httpPort: port, grpcPort: false };
}

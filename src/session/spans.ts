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
 * Receives the spans of the run at the address to which the services send them, or where the receiver is configured to
 * listen. Resolves to `undefined` for an address on another machine, or where another process listens, such as a
 * collector: then only the spans that a service prints can be examined.
 */
export async function receiveSpans(
  { otlpEndpoint, receiver }: Config['services']['telemetry'],
  onNotice: (text: string) => void,
): Promise<SpanReceiver | undefined> {
  const ports = portsOf(otlpEndpoint, receiver);
  if (!ports) return undefined;
  const { startOtlpReceiver } = await import('../probes/otlp/receiver.ts');
  try {
    const started = await startOtlpReceiver(ports);
    return { ...started, access: { ...started.access, startedMs: Date.now() } };
  } catch (error) {
    // The error of gRPC's port has the system's code in its message alone.
    if (codeOf(error) !== 'EADDRINUSE' && !messageOf(error).includes('EADDRINUSE')) throw error;
    const where = otlpEndpoint ?? `port ${ports.httpPort} or ${ports.grpcPort}`;
    onNotice(`another process listens at ${where}: only the spans that the services print can be examined`);
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

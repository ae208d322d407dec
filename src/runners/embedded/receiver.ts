import type { Config } from '../../config/schema.ts';

/** The receiver of spans that a stack is to have. */
export interface ReceiverWish {
  httpPort: number;
  grpcPort: number;
  /** Said in so many words, not concluded from where the services send their spans. */
  asked: boolean;
  /** The configured address, where it may be another receiver's. */
  instead?: string;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Services print their spans unless they are wanted by OTLP: by a setting for the receiver, or with an endpoint on this
 * machine. The receiver takes that endpoint's port. `undefined`: none is wanted.
 */
export function receiverWish({
  otlpEndpoint,
  receiver: { enabled, httpPort, grpcPort },
}: Config['services']['telemetry']): ReceiverWish | undefined {
  if (enabled === false) return undefined;
  const url = otlpEndpoint ? new URL(otlpEndpoint) : undefined;
  const local = url !== undefined && url.protocol === 'http:' && loopback.has(url.hostname);
  if (!enabled && !local) return undefined;
  // The port that is gRPC's by convention: the reference stack speaks HTTP, and gets the other one.
  const port = local && Number(url.port || 80) !== grpcPort ? Number(url.port || 80) : httpPort;
  return {
    httpPort: port,
    grpcPort,
    asked: enabled === true,
    ...(otlpEndpoint && (!local || !enabled) ? { instead: otlpEndpoint } : {}),
  };
}

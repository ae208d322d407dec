import type { EventEmitter } from 'node:events';
import { messageOf } from './errors.ts';

/** Function that returns why received bytes break the protocol, or `undefined` if they are valid. */
export type Inspect = (chunk: Buffer) => string | undefined;

interface Stream extends EventEmitter {
  destroy(error?: Error): unknown;
}

/** Error for a peer that breaks its protocol. `code` is `PROTOCOL`. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code = 'PROTOCOL';
}

/**
 * Inspects the bytes of a stream before the listeners of a library: refused bytes reach no parser, and an error that a
 * parser throws (stack overflow, a length out of range) does not end the process. Both destroy the stream
 * with a `ProtocolError`, which the library reports like a lost connection.
 */
export function guardStream(stream: Stream, inspect: Inspect): void {
  const emit = stream.emit.bind(stream);
  let broken = false;
  const refuse = (reason: string) => {
    broken = true;
    stream.destroy(new ProtocolError(reason));
    return true;
  };
  stream.emit = (event: string | symbol, ...args: unknown[]) => {
    if (event !== 'data') return emit(event, ...args);
    if (broken) return true;
    const reason = inspect(args[0] as Buffer);
    if (reason !== undefined) return refuse(reason);
    try {
      return emit(event, ...args);
    } catch (thrown) {
      return refuse(`it cannot be read: ${messageOf(thrown).split('\n')[0]}`);
    }
  };
}

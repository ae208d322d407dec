import type { EventEmitter } from 'node:events';
import { messageOf } from './errors.ts';

/** Reports why the bytes that arrived are not what the protocol allows; `undefined` where they may be. */
export type Inspect = (chunk: Buffer) => string | undefined;

interface Stream extends EventEmitter {
  destroy(error?: Error): unknown;
}

/** The other end breaks its protocol. `code` is `PROTOCOL`. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code = 'PROTOCOL';
}

/**
 * Puts an inspection before the listeners of a stream that a library reads: bytes that it refuses reach no parser, and
 * what a parser throws (a stack that ran out, a length out of range) does not end the process. Both destroy the stream
 * with a `ProtocolError`, which the library reports as it reports a lost connection.
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

import { Duplex } from 'node:stream';
import type { Connection, ConnectionReader } from './http-connections.ts';

/** A connection whose request was sent and whose answer has begun, for node:http to read from the first byte on. */
export class Handover extends Duplex implements ConnectionReader {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly #connection: Connection;

  constructor(connection: Connection, received: readonly Buffer[]) {
    super();
    this.#connection = connection;
    this.remoteAddress = connection.socket.remoteAddress;
    this.remotePort = connection.socket.remotePort;
    for (const bytes of received) this.push(bytes);
    connection.readBy(this);
  }

  onBytes(bytes: Buffer): void {
    if (!this.push(Buffer.from(bytes))) this.#connection.socket.pause();
  }

  onEnd(error?: Error): void {
    if (error) this.destroy(error);
    else this.push(null);
  }

  override _read(): void {
    this.#connection.socket.resume();
  }

  /** The request that node:http writes was sent before. */
  override _write(_bytes: Buffer, _encoding: string, done: () => void): void {
    done();
  }

  override _final(done: () => void): void {
    this.#connection.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#connection.close();
    done(error);
  }
}

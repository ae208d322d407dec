import net, { type LookupFunction, type Socket } from 'node:net';
import { addressText } from './network-error.ts';

/** Who reads a connection now. */
export interface ConnectionReader {
  onConnect?(): void;
  onDial?(ip: string, port: number): void;
  /** The bytes are the reader's until it returns; what it keeps, it copies. */
  onBytes(bytes: Buffer): void;
  /** Nothing more comes; told once. */
  onEnd(error?: Error): void;
}

/** What comes in, on whichever connection: it is read at once, and so one is enough for all. */
const incoming = Buffer.allocUnsafeSlow(64 * 1024);

/** A socket whose reader changes from request to request; nobody's while it is kept. */
export class Connection {
  readonly socket: Socket;
  /** Answered a request before: that it is closed now says nothing of the service. */
  isUsed = false;
  #reader: ConnectionReader | undefined;
  #hasEnded = false;
  #address: string | undefined;

  constructor(
    { host, port, lookup }: { host: string; port: number; lookup: LookupFunction },
    reader: ConnectionReader,
  ) {
    this.#reader = reader;
    // Past the stream, which would cost a buffer and several calls for each answer.
    const onread = { buffer: incoming, callback: (length: number) => this.#read(length) };
    const socket = net.connect({ host, port, lookup, noDelay: true, onread });
    this.socket = socket;
    socket.once('connect', () => this.#reader?.onConnect?.());
    socket.on('connectionAttempt', (ip: string, at: number) => this.#reader?.onDial?.(ip, at));
    socket.on('error', (error) => this.#end(error));
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
  }

  /** Once it is connected: the address that was really dialled. */
  get address(): string {
    this.#address ??= addressText(this.socket.remoteAddress, this.socket.remotePort);
    return this.#address;
  }

  get isOpen(): boolean {
    return !this.#hasEnded && !this.socket.destroyed;
  }

  readBy(reader: ConnectionReader | undefined): void {
    this.#reader = reader;
  }

  close(): void {
    this.#reader = undefined;
    this.#hasEnded = true;
    this.socket.destroy();
  }

  #read(length: number): boolean {
    if (this.#reader) this.#reader.onBytes(incoming.subarray(0, length));
    // Nobody asked for it: what else comes cannot be trusted to be an answer.
    else this.close();
    return true;
  }

  #end(error?: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader) reader.onEnd(error);
    else this.socket.destroy();
  }
}

const mostFree = 64;

/** Connections of a run that wait for their next request, by host and port; the one used last is taken first. */
export class Connections {
  readonly #free = new Map<string, Connection[]>();
  #isClosed = false;

  take(origin: string): Connection | undefined {
    const free = this.#free.get(origin);
    for (let connection = free?.pop(); connection; connection = free?.pop()) {
      if (!connection.isOpen) continue;
      connection.socket.ref();
      return connection;
    }
    return undefined;
  }

  keep(origin: string, connection: Connection): void {
    const free = this.#free.get(origin) ?? [];
    if (this.#isClosed || free.length >= mostFree) {
      connection.close();
      return;
    }
    this.#free.set(origin, free);
    connection.isUsed = true;
    connection.readBy(undefined);
    // It keeps no process alive that has nothing else to do.
    connection.socket.unref();
    free.push(connection);
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of [...this.#free.values()].flat()) connection.close();
    this.#free.clear();
  }
}

import { validateHeaderName, validateHeaderValue } from 'node:http';
import { type HttpResponse, ProbeError } from '../check/probes.ts';
import { truncated } from './http-body.ts';
import { exchangeOver } from './http-by-node.ts';
import { type HttpCall, hostOf, isRepeatable, portOf } from './http-call.ts';
import { Connection, type ConnectionReader, type Connections } from './http-connections.ts';
import { Handover } from './http-handover.ts';
import { type PlainHead, plainHead } from './http-plain-answer.ts';
import { addressText, networkError } from './network-error.ts';

/**
 * The common case at a fifth of what node:http costs: a request without a body on a kept connection, and an answer that
 * says how long it is. An answer that is anything else, or wrong, is handed over to node:http as it came.
 */
export function exchangeOnKept(call: HttpCall, connections: Connections): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let text: string;
    try {
      text = textOf(call);
    } catch (error) {
      reject(new ProbeError('INVALID_REQUEST', `${call.target}: ${(error as Error).message}`));
      return;
    }
    new KeptExchange(call, text, connections, resolve, reject).start();
  });
}

/** They steer the connection, or node:http treats them in its own way. */
const steering = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function fitsKept(call: HttpCall): boolean {
  const { url, request } = call;
  if (url.protocol !== 'http:' || request.body !== undefined || request.fromAddress) return false;
  if (!isRepeatable(call)) return false;
  for (const name in request.headers) if (steering.has(name.toLowerCase())) return false;
  if (request.moreHeaders?.some(([name]) => steering.has(name.toLowerCase()))) return false;
  return true;
}

function textOf({ method, url, host, headers }: HttpCall): string {
  let text = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`;
  for (const name in headers) {
    validateHeaderName(name);
    const value = headers[name] as string | string[];
    if (Array.isArray(value)) for (const each of value) text += headerLine(name, each);
    else text += headerLine(name, value);
  }
  return `${text}Host: ${host}\r\nConnection: keep-alive\r\n\r\n`;
}

function headerLine(name: string, value: string): string {
  validateHeaderValue(name, value);
  return `${name}: ${value}\r\n`;
}

class KeptExchange implements ConnectionReader {
  readonly #call: HttpCall;
  readonly #text: string;
  readonly #connections: Connections;
  readonly #resolve: (response: HttpResponse | Promise<HttpResponse>) => void;
  readonly #reject: (error: unknown) => void;
  #connection: Connection | undefined;
  #unwatch = () => {};
  #isSettled = false;
  #head: PlainHead | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    call: HttpCall,
    text: string,
    connections: Connections,
    resolve: (response: HttpResponse | Promise<HttpResponse>) => void,
    reject: (error: unknown) => void,
  ) {
    this.#call = call;
    this.#text = text;
    this.#connections = connections;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    this.#unwatch = this.#call.budget.watch((error) => this.#fail(error));
    if (this.#isSettled) return;
    const kept = this.#connections.take(this.#call.host);
    if (kept) {
      kept.readBy(this);
      this.#send(kept);
    } else this.#dial();
  }

  onConnect(): void {
    const { address } = this.#connection as Connection;
    this.#call.awaited = `no response from ${this.#call.host} (${address})`;
  }

  onDial(ip: string, port: number): void {
    const call = this.#call;
    if (ip === hostOf(call.url)) return;
    call.tried.push(addressText(ip, port));
    call.awaited = `no connection to ${call.host} (tried ${call.tried.join(', ')})`;
  }

  onBytes(bytes: Buffer): void {
    if (!this.#head) {
      this.#head = plainHead(bytes);
      if (!this.#head || !this.#fits(this.#head)) {
        this.#handOver(Buffer.from(bytes));
        return;
      }
    }
    this.#bytes += bytes.length;
    const { length } = this.#head;
    const whole = length + this.#bodyLength(this.#head);
    if (this.#bytes === whole && this.#chunks.length === 0) {
      this.#answer(this.#head, bytes, whole);
      return;
    }
    this.#chunks.push(Buffer.from(bytes));
    if (this.#bytes < whole) {
      this.#call.awaited = `the answer of ${this.#call.target} (status ${this.#head.status}) did not end`;
    } else if (this.#bytes > whole) this.#handOver(...this.#chunks);
    else this.#answer(this.#head, Buffer.concat(this.#chunks), whole);
  }

  onEnd(error?: Error): void {
    const connection = this.#connection as Connection;
    const { code } = (error ?? { code: 'ECONNRESET' }) as NodeJS.ErrnoException;
    if (connection.isUsed && this.#bytes === 0 && (code === 'ECONNRESET' || code === 'EPIPE')) {
      // The server closed the kept connection before it read this request: not the service's fault.
      connection.close();
      this.#dial();
    } else this.#fail(error ?? this.#endedEarly());
  }

  #dial(): void {
    const { url, lookup } = this.#call;
    try {
      this.#send(new Connection({ host: hostOf(url), port: portOf(url), lookup }, this));
    } catch (error) {
      this.#fail(error);
    }
  }

  #send(connection: Connection): void {
    this.#connection = connection;
    if (!connection.socket.connecting) this.onConnect();
    connection.socket.write(this.#text, 'latin1');
  }

  #fits(head: PlainHead): boolean {
    return this.#bodyLength(head) <= this.#call.maxBodyBytes;
  }

  #bodyLength({ contentLength }: PlainHead): number {
    return this.#call.method === 'HEAD' ? 0 : contentLength;
  }

  #answer(head: PlainHead, bytes: Buffer, whole: number): void {
    if (this.#isSettled) return;
    const { status, headers, rawHeaders, length } = head;
    this.#settle();
    const connection = this.#connection as Connection;
    const { address } = connection;
    if (head.keepsAlive) this.#connections.keep(this.#call.host, connection);
    else connection.close();
    this.#resolve({
      status,
      headers,
      rawHeaders,
      body: bytes.toString('utf8', length, whole),
      bodyBytes: whole - length,
      address,
      durationMs: performance.now() - this.#call.startedAt,
    });
  }

  #handOver(...received: Buffer[]): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#resolve(exchangeOver(this.#call, new Handover(this.#connection as Connection, received)));
  }

  #fail(error: unknown): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#connection?.close();
    this.#reject(networkError(error, this.#call.target, this.#call.tried));
  }

  #settle(): void {
    this.#isSettled = true;
    this.#unwatch();
  }

  #endedEarly(): Error {
    const head = this.#head;
    if (head) return truncated(this.#bytes - head.length, String(head.contentLength));
    return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  }
}

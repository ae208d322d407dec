import type { Readable, Writable } from 'node:stream';
import type { CDPSession } from 'playwright-core';

/** Conversation with one target: the browser, a page, a frame in a process of its own, a worker. */
export interface Session {
  readonly send: CDPSession['send'];
  readonly on: CDPSession['on'];
  /** Calls back when the target is gone. */
  onClosed(callback: () => void): void;
}

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}

/** Connection to a browser by the Chrome DevTools Protocol over two pipes; messages end with a zero byte. */
export class Connection {
  readonly root: Session;
  readonly #output: Writable;
  readonly #targets = new Map<string, Target>();
  readonly #calls = new Map<number, Call>();
  #lastCall = 0;
  /** Parts of the message that is not complete. */
  #parts: Buffer[] = [];

  constructor(output: Writable, input: Readable) {
    this.#output = output;
    this.root = this.openSession('');
    input.on('data', (chunk: Buffer) => this.#read(chunk));
    input.on('close', () => this.#closeSession(''));
    // A browser that has ended closes its end of the pipe too.
    for (const pipe of [input, output]) pipe.on('error', () => this.#closeSession(''));
  }

  openSession(id: string): Session {
    const target = new Target((method, params) => this.#send(id, method, params));
    this.#targets.set(id, target);
    target.on('Target.detachedFromTarget', ({ sessionId }) => this.#closeSession(sessionId));
    return target as unknown as Session;
  }

  #send(sessionId: string, method: string, params: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!this.#targets.has(sessionId)) return reject(closed(method));
      const id = ++this.#lastCall;
      this.#calls.set(id, { sessionId, method, resolve, reject });
      this.#output.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    });
  }

  #read(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const message = Buffer.concat([...this.#parts, chunk.subarray(start, end)]);
      this.#parts = [];
      start = end + 1;
      this.#receive(JSON.parse(message.toString()));
    }
    if (start < chunk.length) this.#parts.push(chunk.subarray(start));
  }

  #receive({ id, sessionId = '', method = '', params, result, error }: Message): void {
    if (id === undefined) {
      this.#targets.get(sessionId)?.emit(method, params);
      return;
    }
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call?.reject(new Error(`${call.method}: ${error.message}`));
    else call?.resolve(result);
  }

  #closeSession(sessionId: string): void {
    const target = this.#targets.get(sessionId);
    if (!target) return;
    this.#targets.delete(sessionId);
    for (const [id, call] of this.#calls) {
      if (call.sessionId !== sessionId) continue;
      this.#calls.delete(id);
      call.reject(closed(call.method));
    }
    target.close();
  }
}

interface Call {
  sessionId: string;
  method: string;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

class Target {
  readonly #listeners = new Map<string, ((params: never) => void)[]>();
  readonly #closed: (() => void)[] = [];
  readonly #send: (method: string, params: object) => Promise<unknown>;

  constructor(send: (method: string, params: object) => Promise<unknown>) {
    this.#send = send;
  }

  send(method: string, params: object = {}): Promise<unknown> {
    return this.#send(method, params);
  }

  on(event: string, listener: (params: { sessionId: string }) => void): this {
    const known = this.#listeners.get(event);
    if (known) known.push(listener);
    else this.#listeners.set(event, [listener]);
    return this;
  }

  emit(event: string, params: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(params as never);
  }

  onClosed(callback: () => void): void {
    this.#closed.push(callback);
  }

  close(): void {
    for (const callback of this.#closed) callback();
  }
}

function closed(method: string): Error {
  return new Error(`${method}: the page or its browser was closed`);
}

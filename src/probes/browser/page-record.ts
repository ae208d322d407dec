import type { CDPSession, Page, Request } from 'playwright-core';
import { excerpt } from '../../base/safe-text.ts';
import { maskHeader } from '../../base/secret-places.ts';
import { consoleLine, requestLine, requestName } from '../../check/page-lines.ts';
import type { BrowserVisit } from '../../check/probes.ts';

const maxConsole = 300;
const maxErrors = 50;
const maxRequests = 500;
const maxTextLength = 4096;

const blocked = { failure: 'blocked: the run is read-only', blocked: true } as const;

export type RecordedRequest = BrowserVisit['requests'][number];

/** What a page does while it is open: bounded, because a hostile page can do it without end. */
export class PageRecord {
  readonly console: BrowserVisit['console'] = [];
  readonly pageErrors: string[] = [];
  readonly #requests = new Map<Request, RecordedRequest>();
  readonly #sockets = new Map<string, RecordedRequest>();
  readonly #pending = new Set<Request | string>();
  #quietSince = performance.now();

  constructor(page: Page) {
    page.on('console', (message) => {
      if (this.console.length < maxConsole)
        this.console.push({ type: message.type(), text: cut(message.text()) });
    });
    page.on('pageerror', (error) => {
      if (this.pageErrors.length < maxErrors) this.pageErrors.push(cut(error.message || String(error)));
    });
    page.on('request', (request) => this.#started(request));
    page.on('requestfinished', (request) => this.#ended(request));
    page.on('requestfailed', (request) => {
      const recorded = this.#requests.get(request);
      if (recorded) Object.assign(recorded, failureOf(request));
      this.#ended(request);
    });
    page.on('response', (response) => {
      const recorded = this.#requests.get(response.request());
      if (!recorded) return;
      recorded.status = response.status();
      recorded.responseHeaders = shown(response.headers());
      // A stream of events is never finished.
      if (recorded.resourceType === 'eventsource') this.#ended(response.request());
    });
  }

  get requests(): RecordedRequest[] {
    return [...this.#requests.values(), ...this.#sockets.values()];
  }

  blockedSocket(url: string): void {
    this.#addSocket(`blocked ${this.#sockets.size}`, url, blocked);
  }

  /** Records the WebSockets of the page: whether each was opened. What is sent through it is not recorded. */
  watchSockets(session: CDPSession): void {
    session.on('Network.webSocketCreated', ({ requestId, url }) => {
      this.#addSocket(requestId, url);
      this.#pending.add(requestId);
    });
    session.on('Network.webSocketHandshakeResponseReceived', ({ requestId, response }) =>
      this.#settleSocket(requestId, { status: response.status }),
    );
    session.on('Network.webSocketFrameError', ({ requestId, errorMessage }) => {
      // The browser's words for a page that closes its socket itself.
      const isOwn = /closed before the connection is established/.test(errorMessage);
      this.#settleSocket(requestId, { failure: isOwn ? 'net::ERR_ABORTED' : cut(errorMessage) });
    });
    session.on('Network.webSocketClosed', ({ requestId }) =>
      this.#settleSocket(requestId, { failure: 'closed before it was open' }),
    );
  }

  #addSocket(id: string, url: string, more: Partial<RecordedRequest> = {}): void {
    if (this.#sockets.size >= maxRequests) return;
    this.#sockets.set(id, { url: cut(url), method: 'GET', resourceType: 'websocket', headers: {}, ...more });
  }

  /** The first result counts: a socket that was open may be closed later. */
  #settleSocket(id: string, result: Pick<RecordedRequest, 'status' | 'failure'>): void {
    const socket = this.#sockets.get(id);
    if (socket && socket.status === undefined && !socket.failure) Object.assign(socket, result);
    this.#ended(id);
  }

  /** What was seen of a page that is not complete, by the labels that `visitPage` of the checks knows. */
  soFar(): Record<string, string> {
    const parts: [string, string[]][] = [
      ['uncaught errors', this.pageErrors],
      ['console', this.console.map(consoleLine)],
      ['requests', this.requests.map(requestLine)],
      ['blocked', this.requests.filter((each) => each.blocked).map(requestName)],
    ];
    return Object.fromEntries(
      parts.filter(([, lines]) => lines.length > 0).map(([label, lines]) => [label, lines.join('\n')]),
    );
  }

  /** No request is under way, and none was for a while. */
  quietFor(ms: number): boolean {
    return this.#pending.size === 0 && performance.now() - this.#quietSince >= ms;
  }

  #started(request: Request): void {
    this.#pending.add(request);
    if (this.#requests.size >= maxRequests) return;
    this.#requests.set(request, {
      url: cut(request.url()),
      method: request.method(),
      resourceType: request.resourceType(),
      headers: shown(request.headers()),
    });
  }

  #ended(request: Request | string): void {
    this.#pending.delete(request);
    this.#quietSince = performance.now();
  }
}

/** Calls back once the page has taken in more than `maxBytes`, counted as they arrive and after decompression. */
export async function watchBytes(session: CDPSession, maxBytes: number, onOver: () => void): Promise<void> {
  let bytes = 0;
  session.on('Network.dataReceived', ({ dataLength }) => {
    bytes += dataLength;
    if (bytes > maxBytes) onOver();
  });
  await session.send('Network.enable');
}

function failureOf(request: Request): Pick<RecordedRequest, 'failure' | 'blocked'> {
  const failure = request.failure()?.errorText ?? 'failed';
  return failure.includes('ERR_BLOCKED_BY_CLIENT') ? blocked : { failure };
}

function shown(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, cut(maskHeader(name, value))]),
  );
}

function cut(text: string): string {
  return excerpt(text, maxTextLength);
}

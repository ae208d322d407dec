import { excerpt } from '../../base/safe-text.ts';
import { maskHeader } from '../../base/secret-places.ts';
import { consoleLine, requestLine, requestName } from '../../check/page-lines.ts';
import type { BrowserVisit } from '../../check/probes.ts';
import { reportSocket } from './block-writes.ts';
import type { Session } from './connection.ts';
import { consoleText, exceptionText } from './console-text.ts';
import type { PageTarget } from './page.ts';

const maxConsole = 300;
const maxErrors = 50;
const maxRequests = 500;
const maxTextLength = 4096;

const blocked = { failure: 'blocked: the run is read-only', blocked: true } as const;

export type RecordedRequest = BrowserVisit['requests'][number];

interface Pending {
  owner: Session;
  /** Of the request of a document. */
  document?: { frameId: string | undefined; loaderId: string };
}

/** What a page does while it is open: bounded, because a hostile page can do it without end. */
export class PageRecord {
  readonly console: BrowserVisit['console'] = [];
  readonly pageErrors: string[] = [];
  readonly #requests: RecordedRequest[] = [];
  /** The last request of each id: a redirect keeps the id. */
  readonly #byId = new Map<string, RecordedRequest>();
  readonly #sockets = new Map<string, RecordedRequest>();
  readonly #pending = new Map<string, Pending>();
  #quietSince = performance.now();

  /** Records what this part of the page does. */
  watch({ session, isWorker }: PageTarget): void {
    session.on('Runtime.consoleAPICalled', ({ type, args, executionContextId }) => {
      // Without a context it is a line of before.
      if (executionContextId !== 0) this.#log(type, () => consoleText(args));
    });
    session.on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
      if (this.pageErrors.length < maxErrors) this.pageErrors.push(cut(exceptionText(exceptionDetails)));
    });
    session.on('Log.entryAdded', ({ entry: { source, level, text } }) => {
      // A worker reports its own.
      if (source !== 'worker') this.#log(level, () => text);
    });
    session.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === reportSocket) this.#addSocket(`blocked ${this.#sockets.size}`, payload, blocked);
    });
    this.#watchRequests(session, isWorker);
    this.#watchSockets(session);
    session.onClosed(() => {
      for (const [id, { owner }] of this.#pending) if (owner === session) this.#ended(id);
    });
  }

  #log(type: string, text: () => string): void {
    if (this.console.length < maxConsole) this.console.push({ type, text: cut(text()) });
  }

  #watchRequests(session: Session, isWorker: boolean): void {
    session.on('Network.requestWillBeSent', (event) => {
      const { requestId, redirectResponse, type = 'Other', frameId, loaderId, request } = event;
      if (redirectResponse) this.#answered(requestId, redirectResponse);
      // A preflight belongs to no frame: the browser itself sends it.
      if (!(frameId || isWorker) || type === 'Preflight') return;
      if (request.url.startsWith('data:') || request.url.endsWith('/favicon.ico')) return;
      // One that was left out stays so when it is redirected; a worker's script is reported twice.
      if (this.#pending.has(requestId) !== Boolean(redirectResponse)) return;
      const document = type === 'Document' ? { frameId, loaderId } : undefined;
      this.#pending.set(requestId, { owner: session, ...(document && { document }) });
      this.#add(requestId, { ...request, resourceType: resourceTypeOf(type) });
    });
    session.on('Network.responseReceived', ({ requestId, response }) => {
      this.#answered(requestId, response);
      // A stream of events is never finished.
      if (this.#byId.get(requestId)?.resourceType === 'eventsource') this.#ended(requestId);
    });
    session.on('Page.frameNavigated', ({ frame: { id: frameId, loaderId } }) => {
      // One that was replaced while it arrived need not end.
      for (const [id, { document }] of this.#pending)
        if (document?.frameId === frameId && document.loaderId !== loaderId) this.#ended(id);
    });
    session.on('Network.loadingFinished', ({ requestId }) => this.#ended(requestId));
    session.on('Network.loadingFailed', ({ requestId, type, errorText, blockedReason }) => {
      const recorded = this.#byId.get(requestId);
      // An answer without a body does not fail, except for a document.
      if (recorded && !(recorded.status === 204 && type !== 'Document')) {
        Object.assign(recorded, failureOf(errorText || blockedReason || 'failed'));
      }
      this.#ended(requestId);
    });
  }

  #answered(requestId: string, response: { status: number; headers: Record<string, string> }): void {
    const recorded = this.#byId.get(requestId);
    if (!recorded) return;
    recorded.status = response.status;
    recorded.responseHeaders = shown(response.headers);
  }

  /** Status of the last answer to a request; 0 if there was none. */
  statusOf(requestId: string | undefined): number {
    return this.#byId.get(requestId ?? '')?.status ?? 0;
  }

  get requests(): RecordedRequest[] {
    return [...this.#requests, ...this.#sockets.values()];
  }

  /** Records the WebSockets of the page: whether each was opened. What is sent through it is not recorded. */
  #watchSockets(session: Session): void {
    session.on('Network.webSocketCreated', ({ requestId, url }) => {
      this.#addSocket(requestId, url);
      this.#pending.set(requestId, { owner: session });
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

  /** Time until no request was under way for `ms`; `undefined` while one is. */
  quietIn(ms: number): number | undefined {
    if (this.#pending.size > 0) return undefined;
    return Math.max(0, Math.ceil(this.#quietSince + ms - performance.now()));
  }

  #add(
    requestId: string,
    {
      url,
      method,
      resourceType,
      headers,
    }: Pick<RecordedRequest, 'url' | 'method' | 'resourceType' | 'headers'>,
  ): void {
    this.#byId.delete(requestId);
    if (this.#requests.length >= maxRequests) return;
    const recorded = { url: cut(url), method, resourceType, headers: shown(headers) };
    this.#requests.push(recorded);
    this.#byId.set(requestId, recorded);
  }

  #ended(requestId: string): void {
    if (this.#pending.delete(requestId)) this.#quietSince = performance.now();
  }
}

/** Calls back once the page has taken in more than `maxBytes`, counted as they arrive and after decompression. */
export function watchBytes(maxBytes: number, onOver: () => void): (target: PageTarget) => void {
  let bytes = 0;
  return ({ session }) => {
    session.on('Network.dataReceived', ({ dataLength }) => {
      bytes += dataLength;
      if (bytes > maxBytes) onOver();
    });
  };
}

/** Types that have a name of their own; the rest is `other`. */
const resourceTypes =
  /^(document|stylesheet|image|media|font|script|texttrack|xhr|fetch|eventsource|websocket|manifest|ping)$/;

function resourceTypeOf(type: string): string {
  if (type === 'CSPViolationReport') return 'cspreport';
  return resourceTypes.exec(type.toLowerCase())?.[0] ?? 'other';
}

function failureOf(failure: string): Pick<RecordedRequest, 'failure' | 'blocked'> {
  return failure.includes('ERR_BLOCKED_BY_CLIENT') ? blocked : { failure };
}

function shown(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const lowerCase = name.toLowerCase();
      return [lowerCase, cut(maskHeader(lowerCase, value))];
    }),
  );
}

function cut(text: string): string {
  return excerpt(text, maxTextLength);
}

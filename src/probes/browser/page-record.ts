import type { CDPSession, Page, Request } from 'playwright-core';
import { excerpt } from '../../base/safe-text.ts';
import { maskHeader } from '../../base/secret-places.ts';
import type { BrowserVisit } from '../../check/probes.ts';
import { consoleLine, requestLine, requestName } from '../../suites/page-visit.ts';

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
  readonly #sockets: RecordedRequest[] = [];
  readonly #pending = new Set<Request>();
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
    });
  }

  get requests(): RecordedRequest[] {
    return [...this.#requests.values(), ...this.#sockets];
  }

  blockedSocket(url: string): void {
    if (this.#sockets.length >= maxRequests) return;
    this.#sockets.push({ url: cut(url), method: 'GET', resourceType: 'websocket', headers: {}, ...blocked });
  }

  /** What was seen of a page that comes to nothing, by the labels that `visitPage` of the checks knows. */
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

  #ended(request: Request): void {
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

import type { Evidence } from './evidence.ts';
import { attempt, fact } from './exchange.ts';
import type { BrowserProbe, BrowserVisit } from './probes.ts';
import type { StackInfo } from './stack.ts';
import { parseTraceparent, type Traceparent } from './traceparent.ts';

/** A page in a real browser: exactly one of `visit`, `failure` and `unavailable` is there. */
export interface PageVisit {
  visit?: BrowserVisit;
  failure?: { code: string; message: string };
  unavailable?: { reason: string; enable: string };
  evidence: Evidence[];
}

/** Visits a page with what there is to see as evidence: its picture, its console, what it requested. */
export async function visitPage(
  browser: BrowserProbe,
  request: Parameters<BrowserProbe['visit']>[0],
): Promise<PageVisit> {
  const { available, browser: which, enable } = await browser.available();
  if (!available) {
    return {
      unavailable: { reason: `there is no browser: ${which}`, enable: enable ?? 'install Chromium' },
      evidence: [],
    };
  }
  const { value: visit, failure } = await attempt(browser.visit(request));
  if (failure) return { failure, evidence: [fact('browser', which), fact('address', request.url)] };
  return { visit, evidence: evidenceOf(request.url, visit) };
}

/** Requests of the page to the API, with the trace that each carries. */
export function apiCalls(
  visit: BrowserVisit,
  apiUrl: string,
): {
  request: BrowserVisit['requests'][number];
  header: string | undefined;
  trace: Traceparent | undefined;
}[] {
  return visit.requests
    .filter(({ url, method }) => method !== 'OPTIONS' && sameOrigin(url, apiUrl))
    .map((request) => {
      const header = request.headers.traceparent;
      return { request, header, trace: header === undefined ? undefined : parseTraceparent(header) };
    });
}

/** Address of the API as the page calls it; the check's option, or the stack's. */
export function apiAddress(option: string, stack: StackInfo): string {
  return option || stack.api.url;
}

/** `GET /api/v1/compose?seed=x → 200`. */
export function requestLine({ method, url, status, failure }: BrowserVisit['requests'][number]): string {
  return `${method} ${url} → ${failure ?? status ?? 'no answer'}`;
}

/** Loopback goes by several names, and a page and a checker need not use the same. */
function sameOrigin(one: string, other: string): boolean {
  const [a, b] = [one, other].map((url) => (/^https?:/.test(url) ? new URL(url) : undefined));
  if (!a || !b) return false;
  return a.protocol === b.protocol && a.port === b.port && hostName(a) === hostName(b);
}

function hostName({ hostname }: URL): string {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? 'localhost' : hostname;
}

function evidenceOf(
  url: string,
  { status, title, console, pageErrors, requests, screenshot }: BrowserVisit,
): Evidence[] {
  const lines = (label: string, texts: string[]): Evidence[] =>
    texts.length === 0
      ? []
      : [
          {
            kind: 'lines',
            label,
            source: url,
            lines: texts.slice(0, 40).map((text, index) => ({ number: index + 1, text })),
            total: texts.length,
          },
        ];
  return [
    fact('page', `${url} → ${status} "${title}"`),
    ...lines('uncaught errors', pageErrors),
    ...lines(
      'console',
      console.map(({ type, text }) => `${type}: ${text}`),
    ),
    ...lines('requests', requests.map(requestLine)),
    ...(screenshot
      ? [{ kind: 'file', label: 'screenshot', path: screenshot, mediaType: 'image/png' } as const]
      : []),
  ];
}

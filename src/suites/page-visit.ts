import type { Evidence } from '../check/evidence.ts';
import { attempt, fact } from '../check/exchange.ts';
import { consoleLine, requestLine } from '../check/page-lines.ts';
import type { BrowserProbe, BrowserVisit } from '../check/probes.ts';
import type { StackInfo } from '../check/stack.ts';
import { parseTraceparent, type Traceparent } from './traceparent.ts';

/** A page in a real browser: either `visit`, `failure` or `unavailable`. */
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
  if (failure) {
    const facts = [fact('browser', which), fact('address', request.url)];
    return { failure, evidence: [...facts, ...evidenceOfFailure(request.url, failure.details)] };
  }
  return { visit, evidence: evidenceOf(request.url, visit) };
}

export interface ApiCall {
  request: BrowserVisit['requests'][number];
  header: string | undefined;
  trace: Traceparent | undefined;
}

/**
 * Returns the calls of the page to the API, with the trace that each carries: what `fetch` or XMLHttpRequest sent below the
 * base path of the API. No program of the page can add a header to a document, a script, a picture or an EventSource.
 */
export function apiCalls(visit: BrowserVisit, apiUrl: string, ignore: readonly string[] = []): ApiCall[] {
  return visit.requests
    .filter(({ resourceType, method }) => /^(fetch|xhr)$/.test(resourceType) && method !== 'OPTIONS')
    .filter(({ url }) => isBelow(url, apiUrl) && !ignore.some((part) => url.includes(part)))
    .filter((request) => !isAborted(request))
    .map((request) => {
      const header = request.headers.traceparent;
      return { request, header, trace: header === undefined ? undefined : parseTraceparent(header) };
    });
}

/** Address of the API as the page calls it: the check's option, which may be a path of the page's origin, or the stack's. */
export function apiAddress(option: string, stack: StackInfo): string {
  return option ? new URL(option, stack.services.web.url).href : stack.services.api.url;
}

/** Whether the page itself gave the request up, such as a prefetch that is no longer needed. */
export function isAborted({ failure = '' }: BrowserVisit['requests'][number]): boolean {
  return failure.includes('ERR_ABORTED');
}

/** Returns what the browser wrote to the console about a request that CORS stopped; `undefined` if it did not. */
export function findCorsMessage(visit: BrowserVisit, { url }: { url: string }): string | undefined {
  const [address = ''] = url.split('#');
  return visit.console.find(({ text }) => text.includes('CORS policy') && text.includes(`'${address}'`))
    ?.text;
}

/** Whether an address is at or below a base address. Loopback has several names, and a page and a checker need not use the same. */
function isBelow(url: string, base: string): boolean {
  const [a, b] = [url, base].map((each) => (/^https?:/.test(each) ? new URL(each) : undefined));
  if (!a || !b) return false;
  const path = b.pathname.replace(/\/+$/, '');
  return (
    a.protocol === b.protocol &&
    a.port === b.port &&
    hostName(a) === hostName(b) &&
    (a.pathname === path || a.pathname.startsWith(`${path}/`))
  );
}

function hostName({ hostname }: URL): string {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? 'localhost' : hostname;
}

function evidenceOf(
  url: string,
  { status, title, console, pageErrors, requests, screenshot }: BrowserVisit,
): Evidence[] {
  return [
    fact('page', `${url} → ${status} "${title}"`),
    ...lines(url, 'uncaught errors', pageErrors),
    ...lines(url, 'console', console.map(consoleLine)),
    ...lines(url, 'requests', requests.map(requestLine)),
    ...picture(screenshot),
  ];
}

/** The evidence of a page that failed, from what the probe observed until then. */
function evidenceOfFailure(url: string, details: Readonly<Record<string, string>>): Evidence[] {
  return [
    ...['uncaught errors', 'console', 'requests'].flatMap((label) =>
      lines(url, label, details[label]?.split('\n') ?? []),
    ),
    ...picture(details.screenshot),
  ];
}

function lines(url: string, label: string, texts: string[]): Evidence[] {
  if (texts.length === 0) return [];
  const shown = texts.slice(0, 40).map((text, index) => ({ number: index + 1, text }));
  return [{ kind: 'lines', label, source: `${label} of ${url}`, lines: shown, total: texts.length }];
}

function picture(path: string | undefined): Evidence[] {
  return path ? [{ kind: 'file', label: 'screenshot', path, mediaType: 'image/png' }] : [];
}

/** Results of a browser probe, for the tests of checks. */
import type { BrowserVisit } from '../check/probes.ts';
import { answers } from './stub-probes.ts';

export const sentTrace = '0af7651916cd43dd8448eb211c80319c';
export const sentSpan = 'b7ad6b7169203331';

type Request = BrowserVisit['requests'][number];

export function pageRequest(over: Partial<Request> = {}): Request {
  return {
    url: 'http://localhost:3000/',
    method: 'GET',
    resourceType: 'document',
    headers: {},
    status: 200,
    ...over,
  };
}

export function apiRequest(over: Partial<Request> = {}): Request {
  return pageRequest({
    url: 'http://localhost:8000/api/v1/compose?seed=a',
    resourceType: 'fetch',
    headers: { traceparent: `00-${sentTrace}-${sentSpan}-01` },
    ...over,
  });
}

export function visited(over: Partial<BrowserVisit> = {}): BrowserVisit {
  return {
    status: 200,
    title: 'MeatyMusic',
    text: 'MeatyMusic',
    html: '<html></html>',
    console: [{ type: 'info', text: 'OpenTelemetry initialized: meatymusic-web' }],
    pageErrors: [],
    requests: [pageRequest(), apiRequest()],
    screenshot: '/artifacts/page.png',
    durationMs: 120,
    ...over,
  };
}

/** A browser that can open these pages of the web app alone, and sees the same on each. */
export const browserAt =
  (...paths: string[]) =>
  (over: Partial<BrowserVisit> | Error = {}) => ({
    available: { available: true, browser: '/usr/bin/chromium' },
    visit: answers<BrowserVisit>(
      ...paths.map((path): [object, BrowserVisit | Error] => [
        { url: `http://localhost:3000${path}`, screenshot: /^\w+\/[\w-]+$/ },
        over instanceof Error ? over : visited(over),
      ]),
    ),
  });

export const withoutBrowser = {
  available: { available: false, browser: 'none on the PATH', enable: 'apt-get install chromium' },
};

import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { apiRequest, browserAt, pageRequest, withoutBrowser } from '../../src/testing/browser-visit.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { lost, notLoaded, skipped } from '../../src/testing/visited-pages.ts';
import noErrors from './no-errors.ts';

const withBrowser = browserAt('/', '/dashboard');

testCheck(
  noErrors,
  {
    passes: [
      {
        when: 'nothing happens',
        probes: { browser: withBrowser() },
        summary: '2 pages, 4 requests, no error',
      },
      {
        when: 'what happens is to be ignored',
        options: { ignore: ['ResizeObserver', 'analytics.test'] },
        probes: {
          browser: withBrowser({
            pageErrors: ['ResizeObserver loop'],
            requests: [
              pageRequest(),
              pageRequest({ url: 'https://analytics.test/x', failure: 'net::ERR_FAILED' }),
            ],
          }),
        },
      },
      {
        when: 'one page is visited, whose status is the last that is no error',
        options: { paths: ['/a/b?c=d'] },
        probes: {
          browser: browserAt('/a/b?c=d')({ status: 399, requests: [pageRequest({ status: 399 })] }),
        },
        summary: '1 pages, 1 requests, no error',
      },
      {
        when: 'the run kept a request from being sent',
        probes: {
          browser: withBrowser({
            requests: [pageRequest({ method: 'POST', blocked: true, failure: 'net::ERR_FAILED' })],
          }),
        },
      },
      {
        when: 'the page gives a request up itself',
        probes: { browser: withBrowser({ requests: [pageRequest({ failure: 'net::ERR_ABORTED' })] }) },
      },
    ],
    fails: [
      { ...notLoaded, probes: { browser: withBrowser(lost) } },
      {
        when: 'it answers 502',
        code: 'not-loaded',
        actual: 'it answers 502',
        probes: { browser: withBrowser({ status: 502 }) },
      },
      { when: 'it answers 400', code: 'not-loaded', probes: { browser: withBrowser({ status: 400 }) } },
      {
        when: 'an error is thrown',
        code: 'page-error',
        actual: 'uncaught: x is not defined',
        probes: { browser: withBrowser({ pageErrors: ['x is not defined'] }) },
      },
      {
        when: 'a request is a bad one',
        code: 'failed-request',
        probes: { browser: withBrowser({ requests: [pageRequest({ status: 400 })] }) },
      },
      {
        when: 'errors are thrown',
        code: 'page-error',
        actual: 'uncaught: x is not defined (and 1 more)',
        probes: { browser: withBrowser({ pageErrors: ['x is not defined', 'again'] }) },
      },
      {
        when: 'a request is refused by CORS',
        code: 'failed-request',
        actual: 'GET http://localhost:8000/api/v1/compose?seed=a → net::ERR_FAILED',
        probes: {
          browser: withBrowser({ requests: [pageRequest(), apiRequest({ failure: 'net::ERR_FAILED' })] }),
        },
      },
      {
        when: 'a script is missing',
        code: 'failed-request',
        actual: 'GET http://localhost:3000/ → 404',
        probes: { browser: withBrowser({ requests: [pageRequest({ status: 404 })] }) },
      },
      {
        when: 'a WebSocket is refused',
        code: 'failed-socket',
        actual: 'GET ws://localhost:3000/live → refused',
        probes: {
          browser: withBrowser({
            requests: [
              pageRequest(),
              pageRequest({ url: 'ws://localhost:3000/live', resourceType: 'websocket', failure: 'refused' }),
            ],
          }),
        },
      },
      {
        when: 'it shows nothing',
        code: 'blank',
        actual: 'no text below the title "MeatyMusic"',
        probes: { browser: withBrowser({ text: ' \n' }) },
      },
      {
        when: 'it says that it was not found',
        code: 'not-found-page',
        actual: 'it shows "404 not found"',
        probes: { browser: withBrowser({ text: 'MeatyMusic\nHome\n404 Not Found' }) },
      },
      {
        when: 'it shows an error',
        code: 'error-page',
        actual: 'it shows "something went wrong"',
        probes: { browser: withBrowser({ text: 'Something went wrong' }) },
      },
    ],
    skips: [{ ...skipped, probes: { browser: withoutBrowser } }],
  },
  { describe, it },
);

it.each([
  ['/', 'home'],
  ['/songs/', 'songs'],
  ['/a/b?c=d', 'a-b-c-d'],
  ['/a//b', 'a-b'],
])('names the picture of %s', async (path, name) => {
  const asked: unknown[] = [];
  const { available, visit } = browserAt(path)();
  const browser = {
    available,
    visit: (request: { url: string }) => {
      asked.push(request);
      return visit(request);
    },
  };
  const labels = await evidenceLabels(noErrors, { probes: { browser }, options: { paths: [path] } });
  expect(labels.slice(0, 2)).toEqual(['pass', 'page']);
  expect(asked).toMatchObject([{ screenshot: `browser/no-errors-${name}` }]);
});

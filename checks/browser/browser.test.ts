import { describe, it } from 'vitest';
import { type LogRecord, ProbeError, type SpanData } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import {
  apiRequest,
  pageRequest,
  sentSpan,
  sentTrace,
  withBrowser,
  withoutBrowser,
} from '../../src/testing/browser-visit.ts';
import carriesTraceparent from './calls-carry-traceparent.ts';
import noErrors from './no-errors.ts';
import telemetry from './telemetry-initialised.ts';
import reachesApi from './trace-reaches-api.ts';

const lost = new ProbeError('ERR_CONNECTION_REFUSED', 'http://localhost:3000/: ERR_CONNECTION_REFUSED');
const notLoaded = {
  when: 'the browser cannot load it',
  code: 'not-loaded',
  actual: /ERR_CONNECTION_REFUSED/,
} as const;
const skipped = {
  when: 'there is no browser',
  reason: /no browser/,
  enable: 'apt-get install chromium',
} as const;

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

testCheck(
  telemetry,
  {
    passes: [
      {
        when: 'the console says so',
        probes: { browser: withBrowser() },
        summary: 'OpenTelemetry initialized: meatymusic-web',
      },
      {
        when: 'it says so in other words',
        probes: { browser: withBrowser({ console: [{ type: 'log', text: '[tracing] started' }] }) },
      },
    ],
    fails: [
      { ...notLoaded, probes: { browser: withBrowser(lost) } },
      {
        when: 'the console says the contrary',
        code: 'says-otherwise',
        actual: 'the console: Telemetry not initialized',
        probes: { browser: withBrowser({ console: [{ type: 'info', text: 'Telemetry not initialized' }] }) },
      },
      {
        when: 'the console is empty',
        code: 'not-initialised',
        actual: 'the console is empty',
        probes: { browser: withBrowser({ console: [] }) },
      },
      {
        when: 'the console speaks of something else',
        code: 'not-initialised',
        actual: 'none of 1 lines does',
        probes: { browser: withBrowser({ console: [{ type: 'log', text: 'Download the React DevTools' }] }) },
      },
    ],
    skips: [{ ...skipped, probes: { browser: withoutBrowser } }],
  },
  { describe, it },
);

testCheck(
  carriesTraceparent,
  {
    passes: [
      { when: 'each call carries one', probes: { browser: withBrowser() }, summary: '1 calls, 1 trace' },
      {
        when: 'the page calls the API by another name of loopback',
        probes: { browser: withBrowser({ requests: [apiRequest({ url: 'http://127.0.0.1:8000/x' })] }) },
      },
      {
        when: 'the option names the public address of the API',
        options: { api: 'https://api.example.test' },
        probes: { browser: withBrowser({ requests: [apiRequest({ url: 'https://api.example.test/x' })] }) },
      },
      {
        when: 'a preflight carries none',
        probes: {
          browser: withBrowser({ requests: [apiRequest(), apiRequest({ method: 'OPTIONS', headers: {} })] }),
        },
      },
    ],
    fails: [
      { ...notLoaded, probes: { browser: withBrowser(lost) } },
      {
        when: 'CORS stops one',
        code: 'stopped-by-cors',
        actual: /blocked by CORS policy/,
        probes: {
          browser: withBrowser({
            console: [
              {
                type: 'error',
                text: "Access to fetch at 'http://localhost:8000/x' from origin 'http://localhost:3000' has been blocked by CORS policy",
              },
            ],
            requests: [apiRequest({ url: 'http://localhost:8000/x', failure: 'net::ERR_FAILED' })],
          }),
        },
      },
      {
        when: 'one gets no answer',
        code: 'call-failed',
        actual: /→ net::ERR_CONNECTION_REFUSED$/,
        probes: {
          browser: withBrowser({ requests: [apiRequest({ failure: 'net::ERR_CONNECTION_REFUSED' })] }),
        },
      },
      {
        when: 'the page calls another origin only',
        code: 'no-calls',
        actual: 'none of its 1 requests goes there',
        probes: { browser: withBrowser({ requests: [apiRequest({ url: 'http://localhost:8001/x' })] }) },
      },
      {
        when: 'one call carries none',
        code: 'missing-traceparent',
        actual: /^none on GET .*\/two → 200$/,
        probes: {
          browser: withBrowser({
            requests: [apiRequest(), apiRequest({ url: 'http://localhost:8000/two', headers: {} })],
          }),
        },
      },
      {
        when: 'one is malformed',
        code: 'malformed-traceparent',
        actual: /^"00-ABC" on GET /,
        probes: { browser: withBrowser({ requests: [apiRequest({ headers: { traceparent: '00-ABC' } })] }) },
      },
    ],
    skips: [{ ...skipped, probes: { browser: withoutBrowser } }],
  },
  { describe, it },
);

const record: LogRecord = {
  number: 7,
  raw: `{"trace_id":"${sentTrace}"}`,
  structured: true,
  traceId: sentTrace,
};
const span: SpanData = {
  traceId: sentTrace,
  spanId: '1111111111111111',
  parentSpanId: sentSpan,
  name: 'GET /api/v1/compose',
  kind: 'server',
  service: 'meatymusic-api',
  startMs: 1,
  durationMs: 2,
  status: 'unset',
  attributes: {},
};
const readable = { available: { available: true, source: 'api.log' } };
const logsWith = (records: LogRecord[]) => ({
  ...readable,
  find: { source: 'api.log', scanned: 40, matched: records.length, records },
});
const spansWith = (spans: SpanData[]) => ({ ...readable, find: { source: 'receiver', scanned: 12, spans } });
const unreadable = { available: { available: false, source: '', enable: 'services.api.log' } };
const whole = { browser: withBrowser(), logs: logsWith([record]), spans: spansWith([span]) };

testCheck(
  reachesApi,
  {
    passes: [
      { when: 'log and spans have it', probes: whole, summary: `trace ${sentTrace}: 1 log line, 1 span` },
      {
        when: 'only the log can be read',
        probes: { ...whole, spans: unreadable },
        summary: `trace ${sentTrace}: 1 log line`,
      },
      {
        when: 'only spans can be read',
        probes: { ...whole, logs: unreadable },
        summary: `trace ${sentTrace}: 1 span`,
      },
    ],
    fails: [
      { ...notLoaded, probes: { ...whole, browser: withBrowser(lost) } },
      {
        when: 'no call is sampled',
        code: 'no-call',
        probes: {
          ...whole,
          browser: withBrowser({
            requests: [apiRequest({ headers: { traceparent: `00-${sentTrace}-${sentSpan}-00` } })],
          }),
        },
      },
      {
        when: 'the log has it in a copy of the headers alone',
        code: 'not-logged',
        probes: {
          ...whole,
          logs: {
            ...whole.logs,
            find: {
              records: [
                {
                  number: 1,
                  raw: `{"req":{"headers":{"traceparent":"00-${sentTrace}-${sentSpan}-01"}}}`,
                  structured: true,
                  fields: { req: { headers: { traceparent: `00-${sentTrace}-${sentSpan}-01` } } },
                },
              ],
              matched: 1,
              scanned: 3,
              source: 'api.log',
            },
          },
        },
      },
      {
        when: 'no line has it',
        code: 'not-logged',
        actual: /not among 40 lines of api\.log$/,
        probes: { ...whole, logs: logsWith([]) },
      },
      {
        when: 'no span has it',
        code: 'no-spans',
        actual: /not among 12 spans of receiver$/,
        probes: { ...whole, spans: spansWith([]) },
      },
      {
        when: 'the API started a new trace',
        code: 'not-continued',
        probes: { ...whole, spans: spansWith([{ ...span, parentSpanId: '2222222222222222' }]) },
      },
    ],
    skips: [
      { ...skipped, probes: { ...whole, browser: withoutBrowser } },
      {
        when: 'neither log nor spans can be read',
        probes: { ...whole, logs: unreadable, spans: unreadable },
        reason: /neither/,
        enable: 'services.api.log',
      },
    ],
  },
  { describe, it },
);

import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { apiRequest, browserAt, withoutBrowser } from '../../src/testing/browser-visit.ts';
import { lost, notLoaded, skipped } from '../../src/testing/visited-pages.ts';
import carriesTraceparent from './calls-carry-traceparent.ts';

const withBrowser = browserAt('/dashboard');

testCheck(
  carriesTraceparent,
  {
    passes: [
      {
        when: 'calls are in several traces',
        probes: {
          browser: withBrowser({
            requests: [
              apiRequest(),
              apiRequest({ headers: { traceparent: `00-${'a'.repeat(32)}-b7ad6b7169203331-01` } }),
            ],
          }),
        },
        summary: '2 calls, 2 traces',
      },
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

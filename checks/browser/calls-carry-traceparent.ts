import { defineCheck, option, serviceUrl, v } from '../../src/check/index.ts';
import { apiAddress, apiCalls, findCorsMessage, requestLine, visitPage } from '../../src/suites/index.ts';

/** Verifies that every call of the page to the API carries a valid `traceparent`: without it each trace begins at the API. */
export default defineCheck({
  title: 'The calls of the web app carry trace context',
  failureTitle: 'Calls of the web app do not carry trace context',
  why: 'An action in the browser and its effect in the API share a trace only if the browser sends its context.',
  after: ['web/dashboard'],
  needs: ['browser'],
  uses: ['web', 'api'],
  tags: ['contract', 'web', 'browser', 'traces'],
  timeoutMs: 30_000,
  options: {
    path: option(v.string(), '/dashboard', 'Page that calls the API'),
    api: option(
      v.string(),
      '',
      'Address of the API as the page uses it, or its path on the page’s own origin (/api); default: the address of the API',
    ),
    ignore: option(
      v.array(v.string()),
      [],
      'Parts of addresses of calls that need no trace: /_next/, ?_rsc=',
    ),
  },
  codes: {
    'not-loaded': {
      headline: 'The page does not load in a real browser',
      means: 'the browser could not load the page',
      hint: 'meatymusic logs web --since 5m',
    },
    'no-calls': {
      headline: 'The page does not call the API',
      means: 'no fetch or XMLHttpRequest of the page goes to the API',
      hint: 'compare NEXT_PUBLIC_API_URL with services.api.url, or name a page that calls it in the option path',
    },
    'missing-traceparent': {
      headline: 'A call from the web app carries no trace context',
      means: 'a call carries no traceparent header',
      hint: 'fetch instrumentation: propagateTraceHeaderCorsUrls must match the address of the API; a call that is none of the API: name the path of the API in the option api, or the call in ignore',
    },
    'stopped-by-cors': {
      headline: 'CORS stops a call that carries trace context',
      means:
        'the browser did not send a call with traceparent, or kept its answer from the page, because CORS does not allow it',
      hint: 'the API must allow the origin of the web app and the header traceparent: meatymusic verify cors',
    },
    'call-failed': {
      headline: 'A call from the web app gets no response',
      means: 'a call with traceparent ended without a response',
      hint: 'meatymusic status; meatymusic logs api --since 5m',
    },
    'malformed-traceparent': {
      headline: 'A call from the web app carries a malformed trace context',
      means: 'a traceparent header is not what W3C Trace Context allows',
      hint: 'let the W3C propagator write the header: 00-<32 hex>-<16 hex>-<2 hex>, in lower case',
    },
  },
  sabotage: [
    {
      name: 'the SDK is switched off',
      code: 'missing-traceparent',
      kind: 'environment',
      service: 'web',
      set: { OTEL_SDK_DISABLED: 'true' },
    },
    {
      name: 'the API does not answer',
      code: 'call-failed',
      kind: 'stop',
      service: 'api',
    },
    { name: 'a page that makes no call', code: 'no-calls', kind: 'options', set: { path: '/' } },
  ],
  async run({ browser, stack, options, pass, fail, skip }) {
    const url = serviceUrl(stack.services.web, options.path);
    const api = apiAddress(options.api, stack);
    const expected = `each call of ${url} to ${api} carries a valid traceparent`;
    const seen = await visitPage(browser, { url, screenshot: 'browser/calls-carry-traceparent' });
    const { visit, evidence } = seen;
    if (seen.unavailable) return skip(seen.unavailable.reason, seen.unavailable.enable);
    if (!visit) return fail('not-loaded', { expected, actual: seen.failure?.message ?? '', evidence });
    const calls = apiCalls(visit, api, options.ignore);
    if (calls.length === 0) {
      return fail('no-calls', {
        expected,
        actual: `none of its ${visit.requests.length} requests goes there`,
        evidence,
      });
    }
    const bare = calls.find(({ header }) => header === undefined);
    if (bare) {
      return fail('missing-traceparent', {
        expected,
        actual: `none on ${requestLine(bare.request)}`,
        evidence,
      });
    }
    const malformed = calls.find(({ trace }) => trace === undefined);
    if (malformed) {
      const actual = `"${malformed.header}" on ${requestLine(malformed.request)}`;
      return fail('malformed-traceparent', { expected, actual, evidence });
    }
    const failed = calls.find(({ request }) => request.failure && !request.blocked);
    if (failed) {
      const message = findCorsMessage(visit, failed.request);
      const actual = message ?? requestLine(failed.request);
      return fail(message ? 'stopped-by-cors' : 'call-failed', { expected, actual, evidence });
    }
    const traces = new Set(calls.map(({ trace }) => trace?.traceId));
    return pass(
      `${calls.length} calls, ${traces.size} ${traces.size === 1 ? 'trace' : 'traces'}`,
      { count: calls.length, what: 'calls' },
      evidence,
    );
  },
});

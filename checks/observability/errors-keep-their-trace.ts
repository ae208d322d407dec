import { counted, defineCheck, number, option, v } from '../../src/check/index.ts';
import { followRequest, traceInHeaders } from '../../src/suites/index.ts';

/** Verifies that a request that ends in an error is traced like any other: those are the ones that will be looked for. */
export default defineCheck({
  title: 'Requests that fail keep their trace',
  failureTitle: 'Requests that fail lose their trace',
  why: 'Errors are often answered outside of the usual handlers, where headers and log context are forgotten.',
  after: ['observability/trace-propagates'],
  judges: 'api',
  needs: ['http', 'ids', 'logs', 'spans'],
  uses: ['api'],
  tags: ['contract', 'errors', 'traces'],
  timeoutMs: 15_000,
  options: {
    path: option(v.string(), '/meatymusic-no-such-path', 'A path that is answered with an error'),
    traceIdHeader: option(v.string(), 'X-Trace-ID', 'Request header that carries the trace ID'),
    waitMs: option(number(), 6000, 'How long log lines and spans may take to arrive, in milliseconds'),
  },
  codes: {
    unreachable: { means: 'the request got no answer', hint: 'meatymusic status; meatymusic logs api' },
    'no-error': {
      means: 'the path is answered without an error',
      hint: 'name another path in the options of this check',
    },
    'not-returned': {
      means: 'neither a header nor the body of the error names the trace',
      hint: 'set the trace header before the handlers run, or in the error handler as well',
    },
    'not-logged': {
      means: 'no log line has the trace of the error',
      hint: 'log errors through the request’s logger',
    },
    'no-spans': {
      means: 'no span has the trace of the error',
      hint: 'end the server span in the error handler as well',
    },
  },
  sabotage: [
    {
      name: 'errors lose header and body',
      code: 'not-returned',
      kind: 'http',
      service: 'api',
      change: {
        path: '/meatymusic-no-such-path',
        removeHeaders: ['traceparent', 'traceresponse', 'x-trace-id', 'x-request-id', 'x-correlation-id'],
        body: '{}',
      },
    },
  ],
  async run({ http, ids, logs, spans, stack, options, pass, fail }) {
    const url = new URL(options.path, stack.services.api.url).href;
    const followed = await followRequest({ http, ids, logs, spans }, { ...options, url });
    const { traceId, exchange, log, evidence } = followed;
    const { response } = exchange;
    if (!response) return fail('unreachable', { expected: 'an error', actual: exchange.actual, evidence });
    if (response.status < 400)
      return fail('no-error', { expected: 'a status from 400 on', actual: exchange.actual, evidence });
    const { carrying } = traceInHeaders(response.headers, traceId);
    if (carrying.length === 0 && !response.body.includes(traceId)) {
      return fail('not-returned', {
        expected: `the ${response.status} names ${traceId}`,
        actual: 'it does not',
        evidence,
      });
    }
    if (log.available && log.records.length === 0) {
      return fail('not-logged', {
        expected: `a line with ${traceId}`,
        actual: `none of ${log.scanned} lines has it`,
        evidence,
      });
    }
    if (followed.spans.available && followed.spans.spans.length === 0) {
      return fail('no-spans', {
        expected: `a span of ${traceId}`,
        actual: `none in ${followed.spans.source}`,
        evidence,
      });
    }
    return pass(
      `${response.status}, ${counted(log.records.length, 'log line')}, ${counted(followed.spans.spans.length, 'span')}`,
      { count: 1 + log.records.length + followed.spans.spans.length, what: 'traces of the error' },
      evidence,
    );
  },
});

import { counted, defineCheck, fact, number, option, serviceUrl, v } from '../../src/check/index.ts';
import { breakInLog, explainMissingSpans, followRequest, traceInHeaders } from '../../src/suites/index.ts';

/** Verifies that a request that ends in an error is traced like any other: those are the ones that will be looked for. */
export default defineCheck({
  title: 'Requests that fail keep their trace',
  failureTitle: 'Requests that fail lose their trace',
  why: 'Errors are often handled outside of the usual code path, where headers and log context are easily lost.',
  after: ['api/health'],
  blockedBy: {
    'observability/trace-propagates': ['not-continued', 'leaks-context'],
    'observability/spans-exported': ['none', 'exporter-failed'],
  },
  judges: 'api',
  needs: ['http', 'ids', 'logs', 'spans'],
  uses: ['api'],
  tags: ['contract', 'errors', 'traces'],
  timeoutMs: 15_000,
  options: {
    path: option(v.string(), '/meatymusic-no-such-path', 'Path that is answered with an error'),
    traceIdHeader: option(
      v.string(),
      'X-Trace-ID',
      'Request header that carries an identifier of the caller; empty: none',
    ),
    waitMs: option(number(), 6000, 'How long to wait for log lines and spans, in milliseconds'),
  },
  codes: {
    unreachable: {
      headline: 'The API does not answer',
      means: 'the request got no response',
      hint: 'meatymusic status; meatymusic logs api',
    },
    'no-error': {
      headline: 'No request fails, so none can be followed',
      means: 'the path is answered without an error',
      hint: 'name another path in the options of this check',
    },
    'not-returned': {
      headline: 'The response to a failing request has no trace ID',
      means: 'neither a header nor the body of the error names the trace',
      hint: 'set the trace header before the handlers run, or in the error handler as well',
    },
    'not-logged': {
      headline: 'A failing request is not in the log by its trace ID',
      means:
        'no log line has the trace of the error in a field of its own; a copy of the request’s headers does not count',
      hint: 'log errors through the request’s logger',
    },
    'line-without-trace': {
      headline: 'A log line of a failing request has no trace ID',
      means: 'a log line of the error does not carry its trace',
      hint: 'log in the error handler through the request’s logger, inside the context of the request',
    },
    'no-spans': {
      headline: 'A failing request leaves no spans',
      means: 'no span has the trace of the error',
      hint: 'end the server span in the error handler as well',
    },
  },
  sabotage: [
    {
      name: 'log lines of other traces only',
      code: 'not-logged',
      kind: 'logs',
      service: 'api',
      change: 'other-trace-ids',
      options: { waitMs: 1500 },
    },
    { name: 'no spans', code: 'no-spans', kind: 'spans', change: 'drop', options: { waitMs: 1500 } },
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
    const url = serviceUrl(stack.services.api, options.path);
    const followed = await followRequest({ http, ids, logs, spans }, { ...options, url });
    const { exchange, log, evidence } = followed;
    const { traceId } = followed.sent;
    const { response } = exchange;
    if (!response) return fail('unreachable', { expected: 'an error', actual: exchange.actual, evidence });
    if (response.status < 400)
      return fail('no-error', { expected: 'a status from 400 on', actual: exchange.actual, evidence });
    const { carrying } = traceInHeaders(response.headers, followed.sent);
    if (carrying.length === 0 && !response.body.includes(traceId)) {
      return fail('not-returned', {
        expected: `the ${response.status} names ${traceId}`,
        actual: 'it does not',
        evidence,
      });
    }
    const broken = breakInLog(followed);
    if (broken) return fail(broken.code, { ...broken, evidence });
    const unseen = log.available ? [] : [fact('not judged', `the log: ${log.enable ?? 'it cannot be read'}`)];
    if (!followed.spans.available || followed.spans.spans.length === 0) {
      const missing = followed.spans.available ? await explainMissingSpans(followed, logs) : undefined;
      if (missing && missing.why !== 'elsewhere') {
        return fail('no-spans', {
          expected: `a span of ${traceId}`,
          actual: `none in ${followed.spans.source}`,
          evidence,
        });
      }
      unseen.push(fact('not judged', `the spans: ${missing?.reason ?? followed.spans.enable}`));
    }
    return pass(
      `${response.status}, ${counted(log.records.length, 'log line')}, ${counted(followed.spans.spans.length, 'span')}`,
      { count: 1 + log.records.length + followed.spans.spans.length, what: 'traces of the error' },
      [...evidence, ...unseen],
    );
  },
});

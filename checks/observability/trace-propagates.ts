import { counted, defineCheck, fact, number, option, serviceUrl, v } from '../../src/check/index.ts';
import {
  breakInLog,
  breakInResponse,
  breakInSpans,
  collectRequest,
  explainMissingSpans,
  type FollowedRequest,
  findLeak,
  lostContext,
  otherTracesOf,
  responseHeaders,
  seenOf,
  sendRequest,
} from '../../src/suites/index.ts';

/**
 * Verifies that one request is one trace: a request under a fresh trace comes back in spans below the span that was
 * sent, in every log line of it, and in the response's headers. Two more requests follow, one of them without a trace:
 * none of the three may be in the trace of another. Fails at the first hop where the trace breaks.
 */
export default defineCheck({
  title: 'One request is one trace, in spans, log and response',
  failureTitle: 'The trace of a request breaks',
  why: 'Without it, nothing links what a user saw to the log lines and spans that explain it.',
  after: ['api/health'],
  blockedBy: { 'observability/spans-exported': ['none', 'exporter-failed'] },
  judges: 'api',
  needs: ['http', 'ids', 'logs', 'spans'],
  uses: ['api'],
  tags: ['contract', 'traces', 'logs'],
  timeoutMs: 30_000,
  options: {
    path: option(
      v.optional(v.string()),
      undefined,
      'Path of the request that is followed; unset: services.api.healthPath',
    ),
    traceIdHeader: option(
      v.string(),
      'X-Trace-ID',
      'Request header that carries an identifier of the caller, which is not the trace ID; empty: none',
    ),
    responseHeaders: option(
      v.array(v.string()),
      responseHeaders,
      'Response headers, one of which must name the trace; empty: not required',
    ),
    waitMs: option(number(), 8000, 'How long to wait for log lines and spans, in milliseconds'),
  },
  codes: {
    unreachable: {
      headline: 'The API does not answer',
      means: 'the request got no response',
      hint: 'meatymusic status; meatymusic logs api',
    },
    'no-spans': {
      headline: 'The request leaves no spans',
      means: 'no span of the request was exported, in this trace or another',
      hint: 'meatymusic verify observability/spans-exported; is the route excluded from tracing?',
    },
    'not-continued': {
      headline: 'The API does not continue the trace of the request',
      means: 'the API began a trace of its own instead of continuing the one that it was sent',
      hint: 'register the W3C propagator (OTEL_PROPAGATORS=tracecontext,baggage); if a proxy, gateway or load balancer is in front of the API, let it pass traceparent and tracestate: something in front of the API may drop them',
    },
    'leaks-context': {
      headline: 'A request joins the trace of another one',
      means: 'a request is in the trace of another request: its context was still active',
      hint: 'end the context of a request with the request: detach what a middleware attached, and run handlers inside context.with() instead of a global or enterWith()',
    },
    'in-another-trace': {
      headline: 'Spans of the request are in another trace',
      means: 'some spans of the request are in its trace, others in another',
      hint: 'run the work inside the active context of the request: a pool, queue or timer between them calls back outside of it',
    },
    'broken-tree': {
      headline: 'The spans of the request do not form a tree',
      means: 'spans of the trace are not descendants of the span that was sent',
      hint: 'context is lost where the first of the named spans starts: a callback, a pool or a queue outside the active context',
    },
    'wrong-service': {
      headline: 'The spans have another service name',
      means: 'the span that took the trace over names another service',
      hint: 'set OTEL_SERVICE_NAME (resource attribute service.name) for the API',
    },
    'not-logged': {
      headline: 'The request is not in the log by its trace ID',
      means:
        'no log line carries the trace ID in a field of its own; a copy of the request’s headers does not count',
      hint: 'put trace_id of the active span into each log record',
    },
    'line-without-trace': {
      headline: 'A log line of the request has no trace ID',
      means: 'a log line of the request does not carry its trace ID',
      hint: 'log through the request’s logger, so that every line has the context of the request',
    },
    'not-returned': {
      headline: 'The response has no trace ID',
      means: 'no response header names the trace',
      hint: 'answer with traceparent or X-Trace-ID, on errors as well',
    },
    'other-trace-returned': {
      headline: 'The response has another trace ID',
      means: 'the response names another trace',
      hint: 'take the ID for the response from the active span, not from a generator of its own',
    },
  },
  sabotage: [
    {
      name: 'spans of other traces only',
      code: 'not-continued',
      kind: 'spans',
      change: 'other-trace-ids',
      options: { waitMs: 1500 },
    },
    {
      name: 'every request is in the trace of the first one',
      code: 'leaks-context',
      kind: 'http',
      service: 'api',
      change: { repeatRequestHeader: 'traceparent' },
    },
    { name: 'no spans at all', code: 'no-spans', kind: 'spans', change: 'drop', options: { waitMs: 1500 } },
    {
      name: 'spans without their parents',
      code: 'broken-tree',
      kind: 'spans',
      change: 'orphan',
      options: { waitMs: 1500 },
    },
    {
      name: 'log lines of other traces only',
      code: 'not-logged',
      kind: 'logs',
      service: 'api',
      change: 'other-trace-ids',
      options: { waitMs: 1500 },
    },
    {
      name: 'the response headers are stripped',
      code: 'not-returned',
      kind: 'http',
      service: 'api',
      change: { removeHeaders: responseHeaders },
    },
  ],
  async run({ http, ids, logs, spans, stack, options, pass, fail, skip }) {
    const url = serviceUrl(stack.services.api, options.path ?? stack.services.api.healthPath);
    const given = { ...options, url };
    // One after the other, so that they use one connection.
    const first = await sendRequest({ http, ids }, given);
    const untraced = await sendRequest({ http, ids }, { ...given, traceparent: false });
    const second = await sendRequest({ http, ids }, given);
    const followed = await collectRequest({ logs, spans }, first, options);
    const { sent, exchange, log, evidence } = followed;
    if (!exchange.response) {
      return fail('unreachable', { expected: 'an answer', actual: exchange.actual, evidence });
    }
    if (!log.available && !followed.spans.available) {
      return skip(
        'neither the log nor the spans of the API can be read from here',
        log.enable ?? followed.spans.enable,
      );
    }
    // Exporters had their time with the first request: the others are not waited for.
    const isSeen = !followed.spans.available || followed.spans.spans.length > 0;
    const wait = { ...options, waitMs: isSeen ? Math.min(options.waitMs, 2000) : 0, settled: () => true };
    const last = await collectRequest({ logs, spans }, second, wait);
    const between = await collectRequest({ logs, spans }, untraced, { ...wait, waitMs: 0 });
    const all = [followed, between, last];
    const leak = await findLeak(all.map(seenOf), { logs, spans });
    if (leak) {
      const further = all.slice(1).flatMap((each) => each.evidence);
      return fail('leaks-context', {
        expected: 'each request in a trace of its own',
        actual: leak,
        evidence: [...evidence, ...further],
      });
    }
    const continued = notContinued(followed);
    if (continued) return fail('not-continued', { ...continued, evidence });

    const unseen = log.available ? [] : [fact('not judged', `the log: ${log.enable ?? 'it cannot be read'}`)];
    if (!followed.spans.available) {
      unseen.push(fact('not judged', `the spans: ${followed.spans.enable ?? 'none can be read'}`));
    } else if (followed.spans.spans.length === 0) {
      const missing = await explainMissingSpans(followed, logs);
      if (missing.why !== 'elsewhere') {
        return fail('no-spans', {
          expected: `spans of ${stack.services.api.serviceName} in trace ${sent.traceId}, below span ${sent.spanId}`,
          actual: `none arrived in ${followed.spans.source}`,
          evidence,
        });
      }
      if (!log.available) return skip(missing.reason, missing.enable);
      unseen.push(fact('not judged', `the spans: ${missing.reason}`));
    }
    const lost = lostContext(all);
    const broken =
      breakInSpans(followed, stack.services.api.serviceName, all) ??
      breakInLog(followed) ??
      breakInResponse(followed, options.responseHeaders);
    if (broken) {
      const actual = [broken.actual, ...(lost && broken.actual !== lost ? [lost] : [])].join('; ');
      return fail(broken.code, { ...broken, actual, evidence });
    }
    const found = followed.spans.spans;
    if (found.some(({ service }) => service === undefined)) {
      unseen.push(fact('not judged', 'the service name: the spans are printed without their resource'));
    }
    const parts = [
      ...(found.length > 0 ? [counted(found.length, 'span')] : []),
      ...(log.available ? [counted(log.records.length, 'log line')] : []),
    ];
    return pass(
      `trace ${sent.traceId}: ${parts.join(', ')}${unseen.length > 0 ? ` (${unseen.length} not judged)` : ''}`,
      [
        { count: found.length, what: 'spans' },
        { count: log.records.length, what: 'log lines' },
        { count: all.length, what: 'requests' },
      ],
      [...evidence, ...unseen],
    );
  },
});

/** Returns where the API uses another trace, if nothing of it is in the trace that was sent. */
function notContinued(followed: FollowedRequest): { expected: string; actual: string } | undefined {
  const { sent, spans, log } = followed;
  const seen = seenOf(followed);
  const ofSpans = spans.spans.length === 0 && spans.inOtherTraces.length > 0;
  const hasTrace = spans.spans.length > 0 || log.records.length > 0;
  const [other] = otherTracesOf(ofSpans ? seen : { ...seen, headers: {} });
  if (!other || (hasTrace && !ofSpans)) return undefined;
  return {
    expected: `the API continues trace ${sent.traceId}`,
    actual: `${other.where} is in trace ${other.traceId}`,
  };
}

import { counted, defineCheck, fact, number, option, v } from '../../src/check/index.ts';
import {
  buildTraceTree,
  type FollowedRequest,
  followRequest,
  traceInHeaders,
} from '../../src/suites/index.ts';

/**
 * Verifies that one request is one trace: a request under a fresh trace comes back in spans below the span that was
 * sent, in every log line of it, and in the response's headers. Fails at the first hop where the thread breaks.
 */
export default defineCheck({
  title: 'One request is one trace, in spans, log and response',
  failureTitle: 'The trace of a request breaks',
  why: 'Without it there is no way from what a user saw to the log lines and spans that explain it.',
  after: ['api/health'],
  judges: 'api',
  needs: ['http', 'ids', 'logs', 'spans'],
  uses: ['api'],
  tags: ['contract', 'traces', 'logs'],
  timeoutMs: 15_000,
  options: {
    path: option(
      v.optional(v.string()),
      undefined,
      'Path of the request that is followed; unset: services.api.healthPath',
    ),
    traceIdHeader: option(v.string(), 'X-Trace-ID', 'Request header that carries the trace ID'),
    responseHeaders: option(
      v.array(v.string()),
      ['traceparent', 'traceresponse', 'x-trace-id', 'x-request-id', 'x-correlation-id'],
      'Response headers of which one must name the trace; empty: not asked for',
    ),
    waitMs: option(number(), 8000, 'How long log lines and spans may take to arrive, in milliseconds'),
  },
  codes: {
    unreachable: { means: 'the request got no answer', hint: 'meatymusic status; meatymusic logs api' },
    'no-spans': {
      means: 'no span of the request was exported, in this trace or another',
      hint: 'is the tracer started before the server is loaded, with an exporter? meatymusic checks explain observability/spans-exported',
    },
    'not-continued': {
      means: 'the API began a trace of its own instead of continuing the one that it was sent',
      hint: 'register the W3C trace context propagator, and extract it from the incoming headers',
    },
    'broken-tree': {
      means: 'spans of the trace are not descendants of the span that was sent',
      hint: 'context is lost where the first of the named spans starts: a callback, a pool or a queue outside the active context',
    },
    'wrong-service': {
      means: 'the span that took the trace over names another service',
      hint: 'set OTEL_SERVICE_NAME (resource attribute service.name) for the API',
    },
    'not-logged': {
      means: 'no log line carries the trace ID',
      hint: 'put trace_id of the active span into each log record',
    },
    'line-without-trace': {
      means: 'a log line of the request does not carry its trace ID',
      hint: 'log through the request’s logger, so that every line has the context of the request',
    },
    'not-returned': {
      means: 'no response header names the trace',
      hint: 'answer with traceparent or X-Trace-ID, on errors as well',
    },
    'other-trace-returned': {
      means: 'the response names another trace',
      hint: 'take the ID for the response from the active span, not from a generator of its own',
    },
  },
  sabotage: [
    { name: 'spans of other traces only', code: 'not-continued', kind: 'spans', change: 'other-trace-ids' },
    { name: 'no spans at all', code: 'no-spans', kind: 'spans', change: 'drop' },
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
      change: {
        removeHeaders: ['traceparent', 'traceresponse', 'x-trace-id', 'x-request-id', 'x-correlation-id'],
      },
    },
  ],
  async run({ http, ids, logs, spans, stack, options, pass, fail, skip }) {
    const followed = await followRequest(
      { http, ids, logs, spans },
      {
        ...options,
        url: new URL(options.path ?? stack.services.api.healthPath, stack.services.api.url).href,
      },
    );
    const { traceId, exchange, log, evidence } = followed;
    if (!exchange.response) {
      return fail('unreachable', { expected: 'an answer', actual: exchange.actual, evidence });
    }
    if (!log.available && !followed.spans.available) {
      return skip(
        'neither the log nor the spans of the API can be read from here',
        log.enable ?? followed.spans.enable,
      );
    }
    const broken =
      breakInSpans(followed, stack.services.api.serviceName, options.waitMs) ??
      breakInLog(followed, options.waitMs) ??
      breakInResponse(followed, exchange.response.headers, options.responseHeaders);
    if (broken) return fail(broken.code, { ...broken, evidence });

    const unseen = [
      ...(log.available
        ? []
        : [fact('not judged', `the log: ${log.enable ?? 'it cannot be read from here'}`)]),
      ...(followed.spans.available
        ? []
        : [fact('not judged', `the spans: ${followed.spans.enable ?? 'none can be read'}`)]),
    ];
    return pass(
      `trace ${traceId}: ${counted(followed.spans.spans.length, 'span')}, ${counted(log.records.length, 'log line')}`,
      [
        { count: followed.spans.spans.length, what: 'spans' },
        { count: log.records.length, what: 'log lines' },
        { count: 1, what: 'response' },
      ],
      [...evidence, ...unseen],
    );
  },
});

function breakInSpans(followed: FollowedRequest, serviceName: string, waitMs: number) {
  const { traceId, sentSpanId, spans } = followed;
  if (!spans.available) return undefined;
  const expected = `spans of ${serviceName} in trace ${traceId}, below span ${sentSpanId}`;
  const first = spans.elsewhere[0];
  if (spans.spans.length === 0 && first) {
    return {
      code: 'not-continued',
      expected,
      actual: `the API’s span "${first.name}" is in trace ${first.traceId}`,
    } as const;
  }
  if (spans.spans.length === 0) {
    const actual = `none arrived within ${waitMs} ms in ${spans.source}`;
    return { code: 'no-spans', expected, actual } as const;
  }

  const { entries, roots, orphans, rings } = buildTraceTree(spans.spans, sentSpanId);
  const entry = entries[0];
  // The first hop is where it breaks: what comes after it may be lost for the same reason.
  const [loose] = [...roots, ...orphans, ...rings].sort((a, b) => a.startMs - b.startMs);
  if (!entry || loose) {
    const actual = loose
      ? `"${loose.name}" of ${loose.service} hangs below ${loose.parentSpanId ?? 'nothing'}`
      : 'no span names it as its parent';
    return { code: 'broken-tree', expected: `one tree below the sent span ${sentSpanId}`, actual } as const;
  }
  if (entry.service !== serviceName) {
    return {
      code: 'wrong-service',
      expected: `service.name ${serviceName}`,
      actual: `"${entry.name}" says ${entry.service}`,
    } as const;
  }
  return undefined;
}

function breakInLog({ traceId, log }: FollowedRequest, waitMs: number) {
  if (!log.available) return undefined;
  const expected = `every log line of the request carries ${traceId}`;
  const lineWithoutTrace = log.linesWithoutTrace[0];
  if (log.records.length === 0) {
    return {
      code: 'not-logged',
      expected,
      actual: `none of ${log.scanned} lines of ${log.source} does, after ${waitMs} ms`,
    } as const;
  }
  if (!lineWithoutTrace) return undefined;
  const actual = `line ${lineWithoutTrace.number} has ${lineWithoutTrace.traceId ?? 'no trace ID'}`;
  return { code: 'line-without-trace', expected, actual } as const;
}

function breakInResponse(
  { traceId }: FollowedRequest,
  headers: Record<string, string>,
  wanted: readonly string[],
) {
  if (wanted.length === 0) return undefined;
  const { carrying, other } = traceInHeaders(headers, traceId, wanted);
  if (carrying.length > 0) return undefined;
  const expected = `one of ${wanted.join(', ')} names ${traceId}`;
  if (other[0]) {
    return { code: 'other-trace-returned', expected, actual: `${other[0].name}: ${other[0].value}` } as const;
  }
  return { code: 'not-returned', expected, actual: 'none of them does' } as const;
}

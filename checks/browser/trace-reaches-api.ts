import {
  counted,
  defineCheck,
  type Evidence,
  integer,
  option,
  type SpanData,
  serviceUrl,
  v,
} from '../../src/check/index.ts';
import { apiAddress, apiCalls, carriesTrace, requestLine, visitPage } from '../../src/suites/index.ts';

/**
 * Follows one call of a real page: the trace that the browser sent is in the API's log, and a span of the API hangs below
 * the browser's own span.
 */
export default defineCheck({
  title: 'A trace that begins in the browser continues in the API',
  failureTitle: 'The trace breaks between browser and API',
  why: 'This is the whole path from a click to a log line and a query; it can be broken even if each part works on its own.',
  after: ['browser/calls-carry-traceparent', 'api/health'],
  needs: ['browser', 'logs', 'spans'],
  uses: ['web', 'api'],
  tags: ['contract', 'web', 'browser', 'traces', 'logs'],
  timeoutMs: 45_000,
  options: {
    path: option(v.string(), '/dashboard', 'Page that calls the API'),
    api: option(
      v.string(),
      '',
      'Address of the API as the page uses it, or its path on the page’s own origin (/api); default: the address of the API',
    ),
    waitMs: option(integer(), 8000, 'How long to wait for log lines and spans, in milliseconds'),
  },
  codes: {
    'not-loaded': {
      headline: 'The page does not load in a real browser',
      means: 'the browser could not load the page',
      hint: 'meatymusic logs web --since 5m',
    },
    'no-call': {
      headline: 'No call of the page to the API carries a sampled trace',
      means: 'no call of the page to the API carries a sampled trace',
      hint: 'meatymusic verify browser/calls-carry-traceparent',
    },
    'not-logged': {
      headline: 'The trace of the browser is not in the log of the API',
      means: 'no log line of the API carries the trace of the browser',
      hint: 'meatymusic logs api --since 5m; is trace_id taken from the active span?',
    },
    'no-spans': {
      headline: 'The API exports no span in the trace of the browser',
      means: 'the API exported no span in the trace of the browser',
      hint: 'is traceparent among the headers that CORS allows, and extracted by the API?',
    },
    'not-continued': {
      headline: 'The spans of the API are not below the span of the browser',
      means: 'spans of the API are in the trace, but none is a descendant of the span of the browser',
      hint: 'the server span must take the extracted context as its parent',
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
    { name: 'no spans', code: 'no-spans', kind: 'spans', change: 'drop' },
    { name: 'spans without their parents', code: 'not-continued', kind: 'spans', change: 'orphan' },
    {
      name: 'the browser has no trace',
      code: 'no-call',
      kind: 'environment',
      service: 'web',
      set: { OTEL_SDK_DISABLED: 'true' },
    },
  ],
  async run({ browser, logs, spans, stack, options, pass, fail, skip }) {
    const url = serviceUrl(stack.services.web, options.path);
    const [logAccess, spanAccess] = [await logs.available({ service: 'api' }), await spans.available()];
    if (!logAccess.available && !spanAccess.available) {
      return skip(
        'neither the log nor the spans of the API can be read from here',
        logAccess.enable ?? spanAccess.enable,
      );
    }
    const seen = await visitPage(browser, { url, screenshot: 'browser/trace-reaches-api' });
    const evidence: Evidence[] = [...seen.evidence];
    if (seen.unavailable) return skip(seen.unavailable.reason, seen.unavailable.enable);
    const expected = `a call of ${url} continues in the log and the spans of ${stack.services.api.serviceName}`;
    if (!seen.visit) return fail('not-loaded', { expected, actual: seen.failure?.message ?? '', evidence });
    const calls = apiCalls(seen.visit, apiAddress(options.api, stack));
    const call = calls.find(({ trace, request }) => trace?.sampled && request.status !== undefined);
    if (!call?.trace) {
      return fail('no-call', { expected, actual: `none of ${calls.length} calls does`, evidence });
    }
    const { traceId, parentId } = call.trace;
    const about = `${requestLine(call.request)} in trace ${traceId}`;

    let lines = 0;
    if (logAccess.available) {
      const found = await logs.find({ service: 'api', traceId, fresh: true, withinMs: options.waitMs });
      const carrying = found.records.filter((record) => carriesTrace(record, { traceId, spanId: parentId }));
      lines = carrying.length;
      evidence.push({
        kind: 'lines',
        label: 'log lines of the trace',
        source: found.source,
        lines: found.records.slice(0, 20).map(({ number, raw }) => ({ number, text: raw })),
        total: found.matched,
      });
      if (lines === 0) {
        const copies = found.matched > 0 ? `, only as a copy of headers in ${found.matched}` : '';
        const actual = `${about}: not among ${found.scanned} lines of ${found.source}${copies}`;
        return fail('not-logged', { expected, actual, evidence });
      }
    }
    let ofApi: SpanData[] = [];
    if (spanAccess.available) {
      const { serviceName: service } = stack.services.api;
      const found = await spans.find({ traceId, service, fresh: true, withinMs: options.waitMs });
      ofApi = found.spans;
      evidence.push({
        kind: 'spans',
        label: 'spans of the trace',
        spans: ofApi,
        expectedRootSpanId: parentId,
      });
      if (ofApi.length === 0) {
        const actual = `${about}: not among ${found.scanned} spans of ${found.source}`;
        return fail('no-spans', { expected, actual, evidence });
      }
      if (!ofApi.some(({ parentSpanId }) => parentSpanId === parentId)) {
        const actual = `${about}: none of ${ofApi.length} spans has the parent ${parentId}`;
        return fail('not-continued', { expected, actual, evidence });
      }
    }
    return pass(
      `trace ${traceId}: ${[logAccess.available && counted(lines, 'log line'), spanAccess.available && counted(ofApi.length, 'span')].filter(Boolean).join(', ')}`,
      [
        { count: lines, what: 'log lines' },
        { count: ofApi.length, what: 'spans' },
      ],
      evidence,
    );
  },
});

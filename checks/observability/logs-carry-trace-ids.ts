import { counted, defineCheck, integer, number, option, serviceUrl, v } from '../../src/check/index.ts';
import { describeLine, findLeak, followRequest, seenOf, traceOfLine } from '../../src/suites/index.ts';

/**
 * Verifies that log lines carry the trace of their own request: several requests at the same time, each under its own
 * trace, must each be found under it. A trace kept in a global is right for one request, and wrong here.
 */
export default defineCheck({
  title: 'Log lines carry the trace ID of their request',
  failureTitle: 'Log lines do not carry the trace ID of their request',
  why: 'One request has one trace ID wherever it is logged: that is how its lines are found among a million others.',
  after: ['api/health'],
  blockedBy: { 'observability/trace-propagates': ['not-continued'] },
  judges: 'api',
  needs: ['http', 'ids', 'logs'],
  uses: ['api'],
  tags: ['contract', 'logs', 'traces'],
  timeoutMs: 15_000,
  options: {
    path: option(v.optional(v.string()), undefined, 'Path of the requests; unset: services.api.healthPath'),
    requests: option(integer(1, 50), 5, 'Number of requests sent at the same time'),
    waitMs: option(number(), 4000, 'How long to wait for lines, in milliseconds'),
  },
  codes: {
    unreachable: {
      headline: 'The API does not answer',
      means: 'a request got no response',
      hint: 'meatymusic status; meatymusic logs api',
    },
    missing: {
      headline: 'No log line has the trace ID of the request',
      means:
        'no line carries the trace of a request in a field of its own; a copy of its headers does not count',
      hint: 'add trace_id and span_id of the active span to each record (a mixin, processor or filter of the logger)',
    },
    'another-trace': {
      headline: 'Log lines of the request have another trace ID',
      means: 'a line of a request carries another trace',
      hint: 'take the trace from the active span, not from a generator or a field of the logger',
    },
    'line-without-trace': {
      headline: 'A log line of the request has no trace ID',
      means: 'some lines of a request carry its trace, others do not',
      hint: 'log through the request’s logger, inside the context of the request',
    },
    'leaks-context': {
      headline: 'A request joins the trace of another one',
      means: 'a line of a request carries the trace of another request',
      hint: 'take the trace from the context of the request, not from a global; detach the context at the end of the request',
    },
    'plain-field': {
      headline: 'The trace ID is in the text of the line, not in a field',
      means: 'the trace is in the text of the line, not in a field of its own',
      hint: 'log it as a field: trace_id',
    },
  },
  sabotage: [
    {
      name: 'every request is in the trace of the first one',
      code: 'leaks-context',
      kind: 'http',
      service: 'api',
      change: { repeatRequestHeader: 'traceparent' },
      options: { waitMs: 1500 },
    },
    {
      name: 'the lines carry other traces',
      code: 'another-trace',
      kind: 'logs',
      service: 'api',
      change: 'other-trace-ids',
      options: { waitMs: 1500 },
    },
    {
      name: 'the trace IDs are stripped',
      code: 'missing',
      kind: 'logs',
      service: 'api',
      change: 'strip-trace-ids',
      options: { waitMs: 1500 },
    },
  ],
  async run({ http, ids, logs, stack, options, pass, fail, skip }) {
    const access = await logs.available({ service: 'api' });
    if (!access.available) return skip('the log of the API cannot be read from here', access.enable);
    const url = serviceUrl(stack.services.api, options.path ?? stack.services.api.healthPath);
    const follow = () =>
      followRequest({ http, ids, logs }, { url, waitMs: options.waitMs, traceIdHeader: 'X-Trace-ID' });
    const all = await Promise.all(Array.from({ length: options.requests }, follow));
    const unanswered = all.find(({ exchange }) => !exchange.response);
    if (unanswered) {
      const { exchange, evidence } = unanswered;
      return fail('unreachable', { expected: 'an answer', actual: exchange.actual, evidence });
    }
    const leak = await findLeak(
      all.map((each) => ({ ...seenOf(each), headers: {} })),
      { logs },
    );
    if (leak) {
      return fail('leaks-context', {
        expected: 'each line carries the trace of its own request',
        actual: leak,
        evidence: all.flatMap(({ evidence }) => evidence),
      });
    }
    let lines = 0;
    for (const { sent, log, evidence } of all) {
      const { records, linesWithoutTrace } = log;
      const expected = `every line of the request carries ${sent.traceId} in a field of its own`;
      const another = linesWithoutTrace.find((record) => traceOfLine(record, sent) === 'another');
      if (another) {
        return fail('another-trace', { expected, actual: describeLine(another, sent), evidence });
      }
      const [line] = linesWithoutTrace;
      if (line) {
        const code = records.length === 0 ? 'missing' : 'line-without-trace';
        return fail(code, { expected, actual: describeLine(line, sent), evidence });
      }
      if (records.length === 0) {
        const actual = `none of ${log.scanned} lines of ${log.source} does`;
        return fail('missing', { expected, actual, evidence });
      }
      const loose = records.find((record) => traceOfLine(record, sent) === 'text');
      if (loose) {
        return fail('plain-field', { expected, actual: `line ${loose.number} has it in its text`, evidence });
      }
      lines += records.length;
    }
    return pass(
      `${counted(lines, 'line')} of ${counted(all.length, 'request')} at the same time`,
      [
        { count: lines, what: 'log lines' },
        { count: all.length, what: 'requests' },
      ],
      all[0]?.evidence,
    );
  },
});

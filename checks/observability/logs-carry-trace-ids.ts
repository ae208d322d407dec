import { counted, defineCheck, integer, number, option, v } from '../../src/check/index.ts';
import { followRequest } from '../../src/suites/index.ts';

/**
 * Verifies that log lines carry the trace of their own request: several requests at the same time, each under its own
 * trace, must each be found under it. A trace kept in a global is right for one request, and wrong here.
 */
export default defineCheck({
  title: 'Log lines carry the trace ID of their request',
  failureTitle: 'Log lines do not carry the trace ID of their request',
  why: 'One request has one trace ID, everywhere that it is logged: that is how its lines are found among a million others.',
  after: ['api/health'],
  judges: 'api',
  needs: ['http', 'ids', 'logs'],
  uses: ['api'],
  tags: ['contract', 'logs', 'traces'],
  timeoutMs: 10_000,
  options: {
    path: option(v.optional(v.string()), undefined, 'Path of the requests; unset: services.api.healthPath'),
    requests: option(integer(1, 50), 5, 'How many at the same time'),
    waitMs: option(number(), 4000, 'How long lines may take to arrive, in milliseconds'),
  },
  codes: {
    unreachable: { means: 'a request got no answer', hint: 'meatymusic status; meatymusic logs api' },
    missing: {
      means: 'no line carries the trace of a request',
      hint: 'add trace_id and span_id of the active span to each record (a mixin, processor or filter of the logger)',
    },
    'another-trace': {
      means: 'a line of a request carries another trace, or none',
      hint: 'take the trace from the context of the request, not from a global or a field of the logger',
    },
    'plain-field': {
      means: 'the trace is in the text of the line, not in a field of its own',
      hint: 'log it as a field: trace_id',
    },
  },
  sabotage: [
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
    const url = new URL(options.path ?? stack.services.api.healthPath, stack.services.api.url).href;
    const follow = () =>
      followRequest({ http, ids, logs }, { url, waitMs: options.waitMs, traceIdHeader: '' });
    const all = await Promise.all(Array.from({ length: options.requests }, follow));
    let lines = 0;
    for (const { traceId, exchange, log, evidence } of all) {
      const expected = `every line of the request carries ${traceId}`;
      if (!exchange.response)
        return fail('unreachable', { expected: 'an answer', actual: exchange.actual, evidence });
      const [lineWithoutTrace] = log.linesWithoutTrace;
      if (lineWithoutTrace) {
        const actual = `line ${lineWithoutTrace.number} has ${lineWithoutTrace.traceId ?? 'no trace ID'}`;
        return fail(log.records.length === 0 && !lineWithoutTrace.traceId ? 'missing' : 'another-trace', {
          expected,
          actual,
          evidence,
        });
      }
      if (log.records.length === 0) {
        return fail('missing', {
          expected,
          actual: `none of ${log.scanned} lines of ${log.source} does`,
          evidence,
        });
      }
      const loose = log.records.find((record) => record.traceId !== traceId);
      if (loose)
        return fail('plain-field', {
          expected: `${expected} in a field`,
          actual: `line ${loose.number} has it in its text`,
          evidence,
        });
      lines += log.records.length;
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

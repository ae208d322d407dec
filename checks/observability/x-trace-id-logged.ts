import { attempt, defineCheck, exchange, number, option, serviceUrl, v } from '../../src/check/index.ts';

/** Verifies that the `X-Trace-ID` of a request is in the API's log: what a caller reports can then be found. */
export default defineCheck({
  title: 'The X-Trace-ID of a request is in the log',
  failureTitle: 'The X-Trace-ID of a request is not in the log',
  why: 'It is the one identifier that a user can copy from a page into a bug report.',
  after: ['api/health'],
  judges: 'api',
  needs: ['http', 'ids', 'logs'],
  uses: ['api'],
  tags: ['contract', 'logs'],
  options: {
    path: option(v.optional(v.string()), undefined, 'Path of the request; unset: services.api.healthPath'),
    header: option(v.string(), 'X-Trace-ID', 'Name of the header'),
    waitMs: option(number(), 3000, 'How long to wait for the line, in milliseconds'),
  },
  codes: {
    unreachable: {
      headline: 'The API does not answer',
      means: 'the request got no response',
      hint: 'meatymusic status; meatymusic logs api',
    },
    'not-logged': {
      headline: 'The X-Trace-ID of a request is not in the log',
      means: 'no line of the log has the value',
      hint: 'put the header into the request’s log line, under a field such as x_trace_id',
    },
  },
  sabotage: [
    {
      name: 'the header never arrives',
      code: 'not-logged',
      kind: 'http',
      service: 'api',
      change: { removeRequestHeaders: ['x-trace-id'] },
      options: { waitMs: 1500 },
    },
  ],
  async run({ http, ids, logs, stack, options, pass, fail, skip }) {
    const access = await logs.available({ service: 'api' });
    if (!access.available) return skip('the log of the API cannot be read from here', access.enable);
    const value = (await ids.uuid()).replaceAll('-', '');
    const url = serviceUrl(stack.services.api, options.path ?? stack.services.api.healthPath);
    const sent = await exchange(http, { url, headers: { [options.header]: value } });
    if (!sent.response) {
      return fail('unreachable', { expected: 'an answer', actual: sent.actual, evidence: [sent.evidence] });
    }
    const expected = `a log line with ${options.header} ${value}`;
    const { value: found, failure } = await attempt(
      logs.find({ service: 'api', contains: value, fresh: true, withinMs: options.waitMs }),
    );
    if (!found || found.matched === 0) {
      const actual = failure?.message ?? `none of ${found?.scanned} lines of ${access.source} has it`;
      return fail('not-logged', { expected, actual, evidence: [sent.evidence] });
    }
    return pass(`line ${found.records[0]?.number}`, { count: found.scanned, what: 'log lines' }, [
      sent.evidence,
      {
        kind: 'lines',
        label: 'lines with the value',
        source: found.source,
        lines: found.records.map(({ number, raw }) => ({ number, text: raw })),
        total: found.matched,
      },
    ]);
  },
});

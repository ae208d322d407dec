import { defineCheck, number, option, v } from '../../src/check/index.ts';
import { followRequest } from '../../src/suites/index.ts';

/** Verifies that the API exports spans at all: one request must leave at least one, to the console or by OTLP. */
export default defineCheck({
  title: 'The API exports spans',
  failureTitle: 'The API exports no spans',
  why: 'Without an exporter every other part of tracing works, and no trace is ever seen.',
  after: ['api/health'],
  judges: 'api',
  needs: ['http', 'ids', 'spans'],
  uses: ['api'],
  tags: ['contract', 'traces'],
  timeoutMs: 15_000,
  options: {
    path: option(
      v.optional(v.string()),
      undefined,
      'Path of the request that must leave spans; unset: services.api.healthPath',
    ),
    waitMs: option(number(), 8000, 'How long spans may take to arrive, in milliseconds'),
  },
  codes: {
    unreachable: { means: 'the request got no answer', hint: 'meatymusic status; meatymusic logs api' },
    none: {
      means: 'no span of the request arrived',
      hint: 'set OTEL_TRACES_EXPORTER=console, or OTEL_EXPORTER_OTLP_ENDPOINT to the address of a receiver; is the request’s route excluded from tracing?',
    },
  },
  sabotage: [{ name: 'no span arrives', code: 'none', kind: 'spans', change: 'drop' }],
  async run({ http, ids, spans, stack, options, pass, fail, skip }) {
    const access = await spans.available();
    if (!access.available) return skip('no spans can be read from here', access.enable);
    const followed = await followRequest(
      { http, ids, spans },
      {
        url: new URL(options.path ?? stack.services.api.healthPath, stack.services.api.url).href,
        waitMs: options.waitMs,
        traceIdHeader: '',
        settled: (found) => found.length > 0,
      },
    );
    const { exchange, evidence } = followed;
    if (!exchange.response)
      return fail('unreachable', { expected: 'an answer', actual: exchange.actual, evidence });
    const found = [...followed.spans.spans, ...followed.spans.elsewhere];
    if (found.length === 0) {
      return fail('none', {
        expected: `a span of GET ${options.path} within ${options.waitMs} ms`,
        actual: `none in ${access.source}`,
        evidence,
      });
    }
    return pass(`${found.length} in ${access.source}`, { count: found.length, what: 'spans' }, evidence);
  },
});

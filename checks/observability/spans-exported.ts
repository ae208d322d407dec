import { defineCheck, number, option, serviceUrl, v } from '../../src/check/index.ts';
import { explainMissingSpans, followRequest } from '../../src/suites/index.ts';

const samplerHint =
  'the sampler of the API drops a request that its caller samples: OTEL_TRACES_SAMPLER=parentbased_always_on, and no other sampler in code';

/** Verifies that the API exports spans at all: one request must leave at least one, to the console or by OTLP. */
export default defineCheck({
  title: 'The API exports spans',
  failureTitle: 'The API exports no spans',
  why: 'Without an exporter every other part of tracing works, and no trace is ever seen.',
  after: ['api/health'],
  needs: ['http', 'ids', 'logs', 'spans'],
  judges: 'api',
  uses: ['api'],
  tags: ['contract', 'traces'],
  timeoutMs: 15_000,
  options: {
    path: option(
      v.optional(v.string()),
      undefined,
      'Path of the request that must leave spans; unset: services.api.healthPath',
    ),
    waitMs: option(number(), 8000, 'How long to wait for spans, in milliseconds'),
  },
  codes: {
    unreachable: {
      headline: 'The API does not answer',
      means: 'the request got no response',
      hint: 'meatymusic status; meatymusic logs api',
    },
    none: {
      headline: 'The API exports no spans',
      means: 'no span of the request arrived',
      hint: 'set OTEL_TRACES_EXPORTER=console, or OTEL_EXPORTER_OTLP_ENDPOINT to the address of a receiver; is the request’s route excluded from tracing? If the spans go to a collector, name it in services.telemetry.otlpEndpoint',
    },
    'exporter-failed': {
      headline: "The API's span exporter fails",
      means: 'the exporter of the API reports that it cannot send spans',
      hint: 'start the receiver that OTEL_EXPORTER_OTLP_ENDPOINT names, or correct the endpoint; meatymusic verify observability --retry-for 1m receives spans for that long',
    },
  },
  sabotage: [
    { name: 'no span arrives', code: 'none', kind: 'spans', change: 'drop' },
    {
      name: 'the sampler is off',
      code: 'none',
      kind: 'environment',
      service: 'api',
      set: { OTEL_TRACES_SAMPLER: 'always_off' },
      options: { waitMs: 2000 },
    },
  ],
  async run({ http, ids, logs, spans, stack, options, pass, fail, skip }) {
    const access = await spans.available();
    if (!access.available) return skip('no spans can be read from here', access.enable);
    const url = serviceUrl(stack.services.api, options.path ?? stack.services.api.healthPath);
    const followed = await followRequest(
      { http, ids, logs, spans },
      {
        url,
        waitMs: options.waitMs,
        traceIdHeader: '',
        settled: () => true,
      },
    );
    const { exchange, evidence } = followed;
    if (!exchange.response)
      return fail('unreachable', { expected: 'an answer', actual: exchange.actual, evidence });
    const found = [...followed.spans.spans, ...followed.spans.inOtherTraces];
    if (found.length === 0) {
      const missing = await explainMissingSpans(followed, logs);
      if (missing.why === 'elsewhere') return skip(missing.reason, missing.enable);
      const expected = `a span of ${new URL(url).pathname}`;
      if (missing.why === 'exporter-failed') {
        const { number, raw } = missing.line;
        const lines = [{ number, text: raw }];
        return fail('exporter-failed', {
          expected,
          actual: `line ${number} of the log reports a failed export`,
          evidence: [
            ...evidence,
            { kind: 'lines', label: 'the exporter', source: access.source, lines, total: 1 },
          ],
        });
      }
      if (missing.why === 'not-sampled') {
        const actual = 'none, and its trace flags are 00 where 01 was sent';
        return fail('none', { expected, actual, hint: samplerHint, evidence });
      }
      return fail('none', { expected, actual: `none arrived in ${access.source}`, evidence });
    }
    return pass(`${found.length} in ${access.source}`, { count: found.length, what: 'spans' }, evidence);
  },
});

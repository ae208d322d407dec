import {
  defineCheck,
  type Evidence,
  exchange,
  number,
  option,
  type SpanData,
  serviceUrl,
  v,
} from '../../src/check/index.ts';
import { parseTraceparent } from '../../src/suites/index.ts';

/**
 * Verifies that the API leaves the decision to sample to the caller, as W3C Trace Context has it: a `traceparent` whose
 * flags say "not sampled" stays unsampled and leaves no span. A sampled request is sent behind it: once its spans are
 * there, those of the first would be there as well.
 */
export default defineCheck({
  title: 'A request that is not sampled leaves no span',
  failureTitle: 'A request that is not sampled leaves spans',
  why: 'A service that ignores the sampling decision exports incomplete traces, at many times the intended cost.',
  after: ['observability/spans-exported'],
  blockedBy: { 'observability/trace-propagates': ['not-continued', 'leaks-context'] },
  judges: 'api',
  needs: ['http', 'ids', 'spans'],
  uses: ['api'],
  tags: ['w3c', 'traces'],
  level: 'advisory',
  timeoutMs: 15_000,
  options: {
    path: option(v.optional(v.string()), undefined, 'Path of the requests; unset: services.api.healthPath'),
    waitMs: option(number(), 8000, 'How long to wait for the spans of the sampled request, in milliseconds'),
  },
  codes: {
    unreachable: {
      headline: 'The API does not answer',
      means: 'a request got no response',
      hint: 'meatymusic status; meatymusic logs api',
    },
    'marked-sampled': {
      headline: 'The API marks an unsampled trace as sampled',
      means: 'the response marks the trace as sampled',
      hint: 'copy the flags of the incoming traceparent into the span context',
    },
    exported: {
      headline: 'A request that is not sampled leaves spans',
      means: 'the request that was not sampled left spans',
      hint: 'sample as the parent does: OTEL_TRACES_SAMPLER=parentbased_always_on',
    },
    'nothing-to-compare': {
      headline: 'A sampled request leaves no spans to compare with',
      means: 'the sampled request left no span either',
      hint: 'meatymusic checks explain observability/spans-exported',
    },
  },
  sabotage: [
    {
      name: 'the API samples everything',
      code: 'exported',
      kind: 'environment',
      service: 'api',
      set: { OTEL_TRACES_SAMPLER: 'always_on' },
    },
    {
      name: 'the API samples nothing',
      code: 'nothing-to-compare',
      kind: 'environment',
      service: 'api',
      set: { OTEL_TRACES_SAMPLER: 'always_off' },
      options: { waitMs: 2000 },
    },
  ],
  async run({ http, ids, spans, stack, options, pass, fail, skip }) {
    const access = await spans.available();
    if (!access.available) return skip('no spans can be read from here', access.enable);
    const url = new URL(serviceUrl(stack.services.api, options.path ?? stack.services.api.healthPath));
    const marker = (await ids.uuid()).replaceAll('-', '');
    url.searchParams.set('meatymusic-probe', marker);
    const sinceMs = await ids.now();
    const unsampled = await ids.trace();
    const sampled = await ids.trace();
    const flags = `00-${unsampled.traceId}-${unsampled.spanId}-00`;

    const quiet = await exchange(http, { url: url.href, headers: { traceparent: flags } }, 'not sampled');
    url.searchParams.delete('meatymusic-probe');
    const loud = await exchange(
      http,
      { url: url.href, headers: { traceparent: sampled.traceparent } },
      'sampled',
    );
    const evidence: Evidence[] = [quiet.evidence, loud.evidence];
    if (!quiet.response || !loud.response) {
      const actual = quiet.response ? loud.actual : quiet.actual;
      return fail('unreachable', { expected: 'two answers', actual, evidence });
    }
    const arrived = await spans.find({ traceId: sampled.traceId, fresh: true, withinMs: options.waitMs });
    if (arrived.spans.length === 0) {
      return fail('nothing-to-compare', {
        expected: `spans of the sampled request within ${options.waitMs} ms`,
        actual: `none in ${access.source}`,
        evidence,
      });
    }
    const all = await spans.find({ sinceMs: sinceMs - 1000, fresh: true });
    const left = all.spans.filter((span) => span.traceId === unsampled.traceId || mentions(span, marker));
    if (left.length > 0) {
      return fail('exported', {
        expected: `no span of the request with ${flags}`,
        actual: `${left.length} in ${all.source}: ${left.map(({ name }) => name).join(', ')}`,
        evidence: [...evidence, { kind: 'spans', label: 'spans of the unsampled request', spans: left }],
      });
    }
    const actual = quiet.response.headers.traceparent ?? '';
    const answered = parseTraceparent(actual);
    if (answered?.traceId === unsampled.traceId && answered.sampled)
      return fail('marked-sampled', { expected: `flags 00, as in ${flags}`, actual, evidence });
    return pass(
      `none of it, ${arrived.spans.length} of a sampled one`,
      { count: arrived.spans.length, what: 'spans' },
      evidence,
    );
  },
});

/** A service that ignores the header leaves its spans in a trace of its own. */
function mentions({ attributes }: SpanData, marker: string): boolean {
  return JSON.stringify(attributes).includes(marker);
}

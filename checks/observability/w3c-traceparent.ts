import {
  defineCheck,
  fact,
  number,
  observeTraceContext,
  option,
  type TraceContextCase,
  v,
} from '../../src/check/index.ts';

const valid = '{trace}-{span}';

/** W3C Trace Context, section 3.2: which headers go on with a trace, and which must be taken as if none had come. */
const cases: readonly TraceContextCase[] = [
  { name: 'version 00, sampled', traceparent: `00-${valid}-01`, expect: 'continue' },
  { name: 'version 00, not sampled', traceparent: `00-${valid}-00`, expect: 'continue' },
  { name: 'unknown flags', traceparent: `00-${valid}-ff`, expect: 'continue' },
  { name: 'a later version', traceparent: `cc-${valid}-01`, expect: 'continue' },
  {
    name: 'a later version with more fields',
    traceparent: `cc-${valid}-01-what-the-future-will-be`,
    expect: 'continue',
  },
  {
    name: 'a later version whose flags run on',
    traceparent: `cc-${valid}-01.what-the-future-will-be`,
    expect: 'restart',
  },
  { name: 'version ff', traceparent: `ff-${valid}-01`, expect: 'restart' },
  { name: 'version 00 with more fields', traceparent: `00-${valid}-01-what`, expect: 'restart' },
  { name: 'version 00 and a dash at the end', traceparent: `00-${valid}-01-`, expect: 'restart' },
  { name: 'a version of one digit', traceparent: `0-${valid}-01`, expect: 'restart' },
  { name: 'a version of three digits', traceparent: `000-${valid}-01`, expect: 'restart' },
  { name: 'a version that is no number', traceparent: `q0-${valid}-01`, expect: 'restart' },
  { name: 'a trace ID of zeros', traceparent: `00-${'0'.repeat(32)}-{span}-01`, expect: 'restart' },
  { name: 'a trace ID that is too long', traceparent: '00-{trace}0-{span}-01', expect: 'restart' },
  { name: 'a trace ID that is too short', traceparent: `00-${'1'.repeat(31)}-{span}-01`, expect: 'restart' },
  { name: 'a trace ID with a dot', traceparent: `00-.${'1'.repeat(31)}-{span}-01`, expect: 'restart' },
  { name: 'a trace ID in capitals', traceparent: `00-${'ABCDEF12'.repeat(4)}-{span}-01`, expect: 'restart' },
  { name: 'a parent ID of zeros', traceparent: `00-{trace}-${'0'.repeat(16)}-01`, expect: 'restart' },
  { name: 'a parent ID that is too long', traceparent: '00-{trace}-{span}0-01', expect: 'restart' },
  {
    name: 'a parent ID that is too short',
    traceparent: `00-{trace}-${'1'.repeat(15)}-01`,
    expect: 'restart',
  },
  { name: 'a parent ID with a dot', traceparent: `00-{trace}-.${'1'.repeat(15)}-01`, expect: 'restart' },
  { name: 'flags of one digit', traceparent: `00-${valid}-1`, expect: 'restart' },
  { name: 'flags of three digits', traceparent: `00-${valid}-001`, expect: 'restart' },
  { name: 'flags that are no number', traceparent: `00-${valid}-.0`, expect: 'restart' },
  { name: 'nothing in it', traceparent: '-', expect: 'restart' },
  { name: 'two values', traceparent: `00-${valid}-01, 00-${'2'.repeat(32)}-{span}-01`, expect: 'restart' },
];

/** Verifies that the API takes `traceparent` as W3C Trace Context has it: what is valid is continued, what is not is ignored. */
export default defineCheck({
  title: 'traceparent is treated as W3C Trace Context says',
  failureTitle: 'traceparent is not treated as W3C Trace Context says',
  why: 'A header that is wrongly refused breaks traces between services; one that is wrongly taken joins strangers’ requests.',
  after: ['api/health'],
  needs: ['http', 'ids', 'logs', 'spans'],
  uses: ['api'],
  tags: ['w3c', 'traces'],
  level: 'advisory',
  timeoutMs: 20_000,
  options: {
    path: option(v.optional(v.string()), undefined, 'Path that is asked for; unset: services.api.healthPath'),
    waitMs: option(number(), 4000, 'How long log lines and spans may take to arrive, in milliseconds'),
  },
  codes: {
    unreachable: { means: 'a request got no answer', hint: 'meatymusic logs api' },
    'not-continued': {
      means: 'a valid header does not go on with its trace',
      hint: 'register the W3C trace context propagator of your OpenTelemetry SDK',
    },
    'not-ignored': {
      means: 'a malformed header is taken as if it were valid',
      hint: 'parse traceparent with the propagator of your SDK, not by splitting it at dashes',
    },
  },
  sabotage: [
    {
      name: 'the header never arrives',
      code: 'not-continued',
      kind: 'http',
      service: 'api',
      change: { removeRequestHeaders: ['traceparent'] },
    },
  ],
  async run({ http, ids, logs, spans, stack, options, pass, fail, skip }) {
    const url = new URL(options.path ?? stack.api.healthPath, stack.api.url).href;
    const observed = await observeTraceContext({ http, ids, logs, spans }, url, cases, options.waitMs);
    const evidence = observed.map((each) =>
      fact(
        `${each.expect}: ${each.name}`,
        `${each.sent} → ${each.failure ?? (each.seen ? `${each.seen} (${each.where})` : 'not seen')}`,
      ),
    );
    const unanswered = observed.find(({ failure }) => failure);
    if (unanswered) {
      return fail('unreachable', {
        expected: `an answer to ${unanswered.name}`,
        actual: unanswered.failure ?? '',
        evidence,
      });
    }
    const judged = observed.filter(({ seen }) => seen);
    if (judged.length === 0) {
      return skip(
        'which trace the API uses cannot be seen: not in its response, its log or its spans',
        'answer with traceparent, or set services.api.log',
      );
    }
    const refused = judged.filter((each) => each.expect === 'continue' && each.seen !== each.traceId);
    if (refused.length > 0) {
      const [first] = refused;
      return fail('not-continued', {
        expected: `trace ${first!.traceId} goes on, with ${first!.name} (${first!.sent})`,
        actual: `the API uses ${first!.seen}; ${refused.length} of ${judged.length} cases`,
        evidence,
      });
    }
    const taken = judged.filter(
      (each) => each.expect === 'restart' && each.sent.includes(each.seen as string),
    );
    if (taken.length > 0) {
      const [first] = taken;
      return fail('not-ignored', {
        expected: `a new trace, with ${first!.name} (${first!.sent})`,
        actual: `the API uses ${first!.seen}; ${taken.length} of ${judged.length} cases`,
        evidence,
      });
    }
    return pass(
      `${judged.length} of ${cases.length} headers seen and right`,
      { count: judged.length, what: 'headers' },
      evidence,
    );
  },
});

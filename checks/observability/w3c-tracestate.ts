import {
  defineCheck,
  fact,
  number,
  observeTraceContext,
  option,
  type TraceContextCase,
  v,
} from '../../src/check/index.ts';

const traceparent = '00-{trace}-{span}-01';
const members = (count: number) =>
  Array.from({ length: count }, (_, index) => `k${index}=v${index}`).join(',');

/** W3C Trace Context, section 3.3: a `tracestate` that cannot be read is dropped, and never takes `traceparent` with it. */
const cases: readonly TraceContextCase[] = [
  {
    name: 'two members',
    traceparent,
    tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    expect: 'continue',
  },
  { name: 'spaces between members', traceparent, tracestate: 'rojo=1 , congo=2', expect: 'continue' },
  { name: 'an empty member', traceparent, tracestate: 'rojo=1,,congo=2', expect: 'continue' },
  { name: 'nothing in it', traceparent, tracestate: ' ', expect: 'continue' },
  { name: '32 members', traceparent, tracestate: members(32), expect: 'continue' },
  { name: '33 members', traceparent, tracestate: members(33), expect: 'continue' },
  { name: 'the same key twice', traceparent, tracestate: 'rojo=1,rojo=2', expect: 'continue' },
  { name: 'a key in capitals', traceparent, tracestate: 'ROJO=1', expect: 'continue' },
  { name: 'a key of a tenant', traceparent, tracestate: 'fw529a3039@dt=1', expect: 'continue' },
  { name: 'a key of 257 characters', traceparent, tracestate: `${'k'.repeat(257)}=1`, expect: 'continue' },
  { name: 'a value of 257 characters', traceparent, tracestate: `k=${'v'.repeat(257)}`, expect: 'continue' },
  { name: 'an equals sign in a value', traceparent, tracestate: 'k=a=b', expect: 'continue' },
  { name: 'no equals sign', traceparent, tracestate: 'rojo', expect: 'continue' },
  {
    name: 'a tracestate of 1 kB',
    traceparent,
    tracestate: `k=${'v'.repeat(250)},l=${'v'.repeat(250)},m=${'v'.repeat(250)},n=${'v'.repeat(250)}`,
    expect: 'continue',
  },
  { name: 'no traceparent beside it', traceparent: '', tracestate: 'rojo=1', expect: 'restart' },
];

/** Verifies that no `tracestate`, however broken, keeps the API from going on with a valid trace; and its order, where it is returned. */
export default defineCheck({
  title: 'tracestate is treated as W3C Trace Context says',
  failureTitle: 'tracestate is not treated as W3C Trace Context says',
  why: 'Other vendors put what they need into it: losing the trace over it, or changing its order, breaks theirs.',
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
    refused: {
      means: 'the API answers a request with another status because of its tracestate',
      hint: 'read tracestate with the propagator of your SDK; it drops what it cannot read',
    },
    'not-continued': {
      means: 'a tracestate makes the API drop a valid traceparent',
      hint: 'traceparent stands for itself: drop the tracestate alone',
    },
    'order-changed': {
      means: 'the response returns the members in another order',
      hint: 'return the header as it came, an own member in front',
    },
  },
  sabotage: [
    {
      name: 'traceparent never arrives',
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
        each.name,
        `${each.tracestate?.slice(0, 80)} → ${each.failure ?? `${each.response?.status}, trace ${each.seen ?? 'not seen'}`}`,
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
    const usual = observed[0]?.response?.status;
    const refused = observed.find(({ response }) => response?.status !== usual);
    if (refused) {
      return fail('refused', {
        expected: `${usual}, with ${refused.name}`,
        actual: `${refused.response?.status}`,
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
    const dropped = judged.find((each) => each.expect === 'continue' && each.seen !== each.traceId);
    if (dropped) {
      return fail('not-continued', {
        expected: `trace ${dropped.traceId} goes on, with ${dropped.name}`,
        actual: `the API uses ${dropped.seen}`,
        evidence,
      });
    }
    const returned = observed[0]?.response?.headers.tracestate;
    if (returned !== undefined && !/rojo=00f067aa0ba902b7.*congo=t61rcWkgMzE/.test(returned)) {
      return fail('order-changed', { expected: 'rojo=…, congo=…', actual: returned, evidence });
    }
    return pass(
      `${judged.length} of ${cases.length} headers seen and right`,
      { count: judged.length, what: 'headers' },
      evidence,
    );
  },
});

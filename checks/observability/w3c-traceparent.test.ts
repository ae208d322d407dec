import { describe, expect, it } from 'vitest';
import type { SpanData, SpanQuery } from '../../src/check/index.ts';
import { type FakeProbes, testCheck } from '../../src/check/tester.ts';
import { parseTraceparent } from '../../src/suites/index.ts';
import { evidenceTexts } from '../../src/testing/evidence-labels.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './w3c-traceparent.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs', 'spans']);

type Change = (span: SpanData) => SpanData;

/** The API whose spans are changed, and exported again in further ways. */
function changing(...changes: Change[]): FakeProbes {
  const probes = api({});
  const find = probes.spans?.find as (query: SpanQuery) => {
    source: string;
    scanned: number;
    spans: SpanData[];
  };
  return {
    ...probes,
    spans: {
      ...probes.spans,
      find(query) {
        const found = find(query);
        return { ...found, spans: found.spans.flatMap((span) => changes.map((change) => change(span))) };
      },
    },
  };
}

/** The trace of the valid header before. */
function previousTrace(): NonNullable<TracedApi['traceOf']> {
  let previous = 'e'.repeat(32);
  return (header = '') => {
    const used = previous;
    previous = parseTraceparent(header)?.traceId ?? previous;
    return used;
  };
}

testCheck(
  check,
  {
    passes: [
      {
        when: 'each header is treated right',
        probes: api({}),
        summary: /^36 of 36 headers seen and right, 9 parents$/,
      },
      {
        when: 'the random flag is dropped, which level 1 allows',
        probes: changing((span) => ({ ...span, flags: 1 })),
      },
      { when: 'the random flag is kept', probes: api({}), options: { level: 2 } },
      {
        when: 'a rate limit refuses some, the first among them',
        probes: api({ status: ({ traceparent = '' }) => (/-(?:0[01]|cc)$/.test(traceparent) ? 429 : 200) }),
        summary: /^36 of 36/,
      },
      {
        when: 'only the log shows it',
        probes: api({ returns: 'nothing', spans: 'nothing' }),
        summary: '36 of 36 headers seen and right',
      },
      { when: 'only spans show it', probes: api({ returns: 'nothing', logs: 'nothing' }) },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      {
        when: 'nothing is continued',
        code: 'not-continued',
        probes: api({ traceOf: (_, index) => index.toString(16).padStart(32, 'd') }),
        actual: /9 of 36/,
      },
      {
        when: 'later versions are refused',
        code: 'not-continued',
        probes: api({
          traceOf: (header, index) =>
            header?.startsWith('00-')
              ? (header.split('-')[1] as string)
              : index.toString(16).padStart(32, 'd'),
        }),
        expected: /a later version/,
      },
      {
        when: 'a header that cannot be read is answered with 400',
        code: 'refused',
        probes: api({ status: ({ traceparent }) => (traceparent === '-' ? 400 : 200) }),
        expected: '200, with nothing in it (-)',
        actual: '400',
      },
      {
        when: 'the header is split at dashes',
        code: 'not-ignored',
        probes: api({
          traceOf: (header, index) =>
            /[0-9a-f]{32}/.exec(header ?? '')?.[0] ?? index.toString(16).padStart(32, 'd'),
        }),
        expected: /a later version with text behind its flags/,
      },
      {
        when: 'a request is in the trace of another',
        code: 'leaks-context',
        probes: api({ traceOf: () => '1'.padStart(32, 'a') }),
      },
      {
        when: 'a request is in the trace that was sent before it',
        code: 'leaks-context',
        probes: api({ traceOf: previousTrace() }),
        actual:
          /^the span "GET \/health" is in trace a+1, which is that of the request with version 00, sampled$/,
      },
      {
        when: 'all requests without a valid header are in one trace',
        code: 'leaks-context',
        probes: api({ traceOf: (header) => parseTraceparent(header ?? '')?.traceId ?? 'e'.repeat(32) }),
        expected: 'a trace of its own for the request with another name, trace-parent',
        actual:
          'the span "GET /health" is in trace eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee, which is that of the request with another name, trace.parent',
      },
      {
        when: 'the last of two headers is taken',
        code: 'not-ignored',
        probes: api({
          traceOf: (header = '', index) =>
            parseTraceparent(header.split(', ').at(-1) ?? '')?.traceId ??
            index.toString(16).padStart(32, 'd'),
        }),
        expected: /^a new trace, with two headers \(00-a+.*, 00-2+-/,
      },
      {
        when: 'the span is below another',
        code: 'parent-lost',
        probes: api({ spans: 'orphan' }),
        actual: /below 1234567890abcdef/,
      },
      {
        when: 'the span has the ID of its parent',
        code: 'parent-unchanged',
        probes: changing((span) => ({ ...span, spanId: span.parentSpanId ?? span.spanId })),
      },
      {
        when: 'another service is below the same parent',
        code: 'parent-forwarded',
        probes: changing(
          (span) => span,
          (span) => ({ ...span, spanId: 'c'.repeat(16), service: 'other' }),
        ),
        actual: /of other is below it as well/,
      },
      {
        when: 'the random flag is dropped',
        code: 'random-flag-lost',
        probes: changing((span) => ({ ...span, flags: 1 })),
        options: { level: 2 },
      },
      {
        when: 'the random flag is dropped from the response, and no span shows it',
        code: 'random-flag-lost',
        probes: api({ spans: 'nothing' }),
        options: { level: 2 },
        expected: 'flags with bit 2, as in 03',
        actual: 'the API has the flags without it',
      },
    ],
    skips: [
      {
        when: 'nothing shows the trace',
        probes: api({ returns: 'nothing', logs: 'without', spans: 'nothing' }),
      },
    ],
  },
  { describe, it },
);

describe('the evidence of a traceparent', () => {
  const evidenceOf = (behaviour: TracedApi, options = {}) =>
    evidenceTexts(check, { probes: api(behaviour), options });
  const [first, second] = [1, 2].map((each) => [`${each}`.padStart(32, 'a'), `${each}`.padStart(16, 'a')]);

  it('has what was sent and what the API used, of each request', async () => {
    const shown = await evidenceOf({});
    expect(shown[0]).toBe(
      `continue: version 00, sampled: 00-${first?.join('-')}-01 → 200, trace ${first?.[0]} (spans), parent ${first?.[1]}`,
    );
  });

  it('says where the trace was seen, and that it was not', async () => {
    const log = await evidenceOf({ spans: 'nothing', logs: 'with-trace', returns: 'nothing' });
    expect(log[1]).toBe(
      `continue: version 00, not sampled: 00-${second?.join('-')}-00 → 200, trace ${second?.[0]} (log)`,
    );
    const half = await evidenceOf({
      status: ({ traceparent }) => (traceparent === '-' ? 400 : 200),
      returns: 'nothing',
      logs: 'without',
      spans: 'nothing',
    });
    expect(half.find((each) => each.includes('nothing in it'))).toBe(
      'restart: nothing in it: - → 400, its trace was not seen',
    );
    expect((await evidenceOf({ down: true }))[0]).toMatch(/-01 → connection refused$/);
  });

  it('says what was not judged', async () => {
    const unseen = async (behaviour: TracedApi, options = {}) =>
      (await evidenceOf(behaviour, options)).filter((each) => each.startsWith('not judged'));
    const outgoing =
      'not judged: headers of outgoing calls, except where the called service exports its spans to the same place';
    const flag = 'not judged: the random flag: required by level 2 alone (option level)';
    const parents = 'not judged: the parent IDs: no span of the requests was seen';
    expect(await unseen({})).toEqual([flag, outgoing]);
    expect(await unseen({}, { level: 2 })).toEqual([outgoing]);
    const log = { spans: 'nothing', returns: 'nothing' } as const;
    expect(await unseen(log)).toEqual([parents, flag, outgoing]);
    expect(await unseen(log, { level: 2 })).toEqual([
      parents,
      'not judged: the random flag: no flags of the API were seen',
      outgoing,
    ]);
  });
});

import { describe, it } from 'vitest';
import type { SpanData, SpanQuery } from '../../src/check/index.ts';
import { type FakeProbes, testCheck } from '../../src/check/tester.ts';
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
        when: 'a rate limit refuses some, the first among them',
        probes: api({ status: ({ traceparent = '' }) => (/-(?:0[01]|cc)$/.test(traceparent) ? 429 : 200) }),
        summary: /^36 of 36/,
      },
      { when: 'only the log shows it', probes: api({ returns: 'nothing' }) },
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
        probes: api({}),
        options: { level: 2 },
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

import { describe, expect, it } from 'vitest';
import type { SpanData, SpanQuery } from '../../src/check/index.ts';
import { type FakeProbes, testCheck } from '../../src/check/tester.ts';
import { evidenceTexts } from '../../src/testing/evidence-labels.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './trace-propagates.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs', 'spans']);

/** The API of which the first request alone leaves spans of clients. */
function once(probes: FakeProbes): FakeProbes {
  const find = probes.spans?.find as (query: SpanQuery) => { spans: SpanData[] };
  const ofFirst = (query: SpanQuery) => {
    const found = find(query);
    const first = found.spans
      .filter(({ kind, spanId }) => kind === 'server' || /^[bc]a+2001$/.test(spanId))
      .map((span) => (/^[abc]a+2001$/.test(span.spanId) ? span : { ...span, startMs: span.startMs + 5000 }));
    return { ...found, spans: first } as never;
  };
  return { ...probes, spans: { ...probes.spans, find: ofFirst } };
}

testCheck(
  check,
  {
    passes: [
      {
        when: 'response, log and spans have the trace',
        probes: api({}),
        summary: /^trace a+1: 1 span, 1 log line$/,
      },
      {
        when: 'only the log can be read',
        probes: api({ spans: 'unavailable' }),
        summary: /: 1 log line \(1 not judged\)$/,
      },
      {
        when: 'the spans go elsewhere',
        probes: api({ spans: 'never', elsewhere: 'http://collector:4318' }),
        summary: /: 1 log line \(1 not judged\)/,
      },
      { when: 'only spans can be read', probes: api({ logs: 'unavailable' }) },
      {
        when: 'no header is asked for and none comes',
        probes: api({ returns: 'nothing' }),
        options: { responseHeaders: [] },
      },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      {
        when: 'no span arrives',
        code: 'no-spans',
        probes: api({ spans: 'nothing' }),
        actual: /none arrived in api.log/,
      },
      {
        when: 'the API begins a trace of its own',
        code: 'not-continued',
        probes: api({ spans: 'elsewhere' }),
        actual: /ffff/,
      },
      {
        when: 'the span hangs below another',
        code: 'broken-tree',
        probes: api({ spans: 'orphan' }),
        actual: /1234567890abcdef/,
      },
      {
        when: 'the span names another service',
        code: 'wrong-service',
        probes: api({ service: 'unknown_service' }),
        actual: /unknown_service/,
      },
      { when: 'the log has another trace', code: 'not-logged', probes: api({ logs: 'another' }) },
      { when: 'the log has no line', code: 'not-logged', probes: api({ logs: 'nothing' }) },
      {
        when: 'one of two lines has no trace',
        code: 'line-without-trace',
        probes: api({ logs: 'stray' }),
        actual: /^line 2 has no trace ID/,
      },
      {
        when: 'every request is in one trace',
        code: 'leaks-context',
        probes: api({ traceOf: () => 'd'.repeat(32) }),
        actual: /request 1 is in trace d+, which is that of request 2/,
      },
      {
        when: 'a request without a trace is in that of the one before',
        code: 'leaks-context',
        probes: api({ traceOf: (header) => header?.slice(3, 35) ?? '1'.padStart(32, 'a') }),
        actual: /request 2 is in trace a+1, which is that of request 1/,
      },
      {
        when: 'calls of each request are in other traces',
        code: 'in-another-trace',
        probes: api({ spans: 'clients-elsewhere' }),
        actual: /^calls during the request are in other traces: "postgresql" in trace f[^;]*$/,
      },
      {
        when: 'the header is not returned, and one request has calls in other traces',
        code: 'not-returned',
        probes: once(api({ spans: 'clients-elsewhere', returns: 'nothing' })),
        actual: /^none of them does; calls during the request are in other traces: "postgresql" in trace f+/,
      },
      {
        when: 'no header comes back',
        code: 'not-returned',
        probes: api({ returns: 'nothing' }),
        actual: 'none of them does',
      },
      {
        when: 'the log alone shows that the API begins a trace of its own',
        code: 'not-continued',
        probes: api({ spans: 'never', elsewhere: 'http://collector:4318', logs: 'another' }),
        actual: /^line 1 of the log is in trace f+0$/,
      },
      {
        when: 'the spans go elsewhere and another trace comes back',
        code: 'other-trace-returned',
        probes: api({ spans: 'never', elsewhere: 'http://collector:4318', returns: 'another' }),
      },
      { when: 'another trace comes back', code: 'other-trace-returned', probes: api({ returns: 'another' }) },
    ],
    skips: [
      {
        when: 'neither log nor spans can be read',
        probes: api({ logs: 'unavailable', spans: 'unavailable' }),
        enable: /services.api.log/,
      },
      {
        when: 'the spans go elsewhere and the log cannot be read',
        probes: api({ logs: 'unavailable', spans: 'never', elsewhere: 'http://collector:4318' }),
        reason: /collector:4318/,
      },
    ],
  },
  { describe, it },
);

describe('what is shown of a trace', () => {
  const textsOf = (behaviour: TracedApi) => evidenceTexts(check, { probes: api(behaviour) });
  const unseen = async (behaviour: TracedApi) =>
    (await textsOf(behaviour)).filter((each) => each.startsWith('not judged'));

  it('has the request, its lines and its spans', async () => {
    const whole = ['request', 'log lines of the request', 'spans of the trace'];
    expect(await textsOf({})).toEqual(whole);
    // Of a leak, those of all three requests.
    expect(await textsOf({ traceOf: () => 'd'.repeat(32) })).toEqual([
      ...[...whole, 'spans of this request in another trace'],
      ...[...whole, 'spans of this request in another trace'],
      ...[...whole, 'spans of this request in another trace'],
    ]);
  });

  it('says what was not judged', async () => {
    expect(await unseen({})).toEqual([]);
    expect(await unseen({ logs: 'unavailable' })).toEqual(['not judged: the log: set services.api.log']);
    expect(await unseen({ spans: 'unavailable' })).toEqual(['not judged: the spans: set services.api.log']);
    expect(await unseen({ service: false })).toEqual([
      'not judged: the service name: the spans are printed without their resource',
    ]);
    expect(await unseen({ spans: 'never', elsewhere: 'http://collector:4318' })).toEqual([
      'not judged: the spans: the spans go to http://collector:4318, where they cannot be read',
    ]);
  });

  it('waits for the spans of the further requests briefly, and not where those of the first did not arrive', async () => {
    const waits = async (behaviour: TracedApi, waitMs = 8000) => {
      const found: (number | undefined)[] = [];
      const onLook = (query: SpanQuery) => {
        if (query.atLeast !== undefined) found.push(query.withinMs);
      };
      await evidenceTexts(check, { probes: api({ ...behaviour, onLook }), options: { waitMs } });
      return found;
    };
    expect(await waits({})).toEqual([8000, 2000, 0]);
    expect(await waits({}, 500)).toEqual([500, 500, 0]);
    expect(await waits({ spans: 'nothing' })).toEqual([8000, 0, 0]);
    // Spans that form no tree are waited for once more, of the first request alone.
    expect(await waits({ spans: 'orphan' })).toEqual([8000, 8000, 2000, 0]);
  });
});

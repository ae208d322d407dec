import { describe, expect, test } from 'vitest';
import type { LogQuery, LogRecord, SpanData, SpanQuery } from '../check/probes.ts';
import { followed } from '../testing/followed-requests.ts';
import { attributesOf, lineOf, rootOf, sent, sentAs, spanIdOf, spanOf } from '../testing/trace-records.ts';
import {
  findLeak,
  lostClientSpans,
  namesOf,
  otherTracesOf,
  type SeenRequest,
  seenOf,
  systemOf,
} from './leaked-context.ts';

const foreign = 'f'.repeat(32);
const seen = (more: Partial<SeenRequest> = {}): SeenRequest => ({
  ...{ sent, spans: [], lines: [], headers: {} },
  ...more,
});

describe('the traces that a service used for a request', () => {
  test('are those of its spans, lines and headers that are not the sent one', () => {
    const found = otherTracesOf(
      seen({
        spans: [spanOf('own'), spanOf('GET /health', { traceId: foreign })],
        lines: [lineOf(1), lineOf(2, { traceId: foreign })],
        headers: { 'x-trace-id': foreign, traceparent: sent.traceparent },
      }),
    );
    expect(found).toEqual([
      { traceId: foreign, where: 'the span "GET /health"' },
      { traceId: foreign, where: 'line 2 of the log' },
      { traceId: foreign, where: 'the response header x-trace-id' },
    ]);
  });

  test('without any other', () => {
    expect(otherTracesOf(seen({ spans: [spanOf('own')], lines: [lineOf(1)] }))).toEqual([]);
  });

  test('are read from the request, the lines without its trace among them', () => {
    const parts = { spans: [spanOf('a')], inOtherTraces: [spanOf('b')] };
    const lines = { records: [lineOf(1)], linesWithoutTrace: [lineOf(2, { traceId: foreign })] };
    expect(seenOf(followed({ spans: parts, log: lines, headers: { 'x-trace-id': foreign } }))).toEqual({
      sent,
      spans: [...parts.spans, ...parts.inOtherTraces],
      lines: [...lines.records, ...lines.linesWithoutTrace],
      headers: { 'x-trace-id': foreign },
    });
    expect(seenOf(followed({ answered: false })).headers).toEqual({});
  });
});

describe('a leak', () => {
  const [first, second] = [sentAs(1), sentAs(2)];
  const inTrace = (traceId: string) => ({ spans: [spanOf('GET /', { traceId })] });

  /** Log lines and spans of any trace, with the queries that asked for them. */
  const readers = (records: LogRecord[] = [], spans: SpanData[] = [], available = true) => {
    const queries: (LogQuery | SpanQuery)[] = [];
    const access = async () => ({ available, source: 'api.log' });
    const logs = {
      available: access,
      find: async (query: LogQuery) => {
        queries.push(query);
        return { source: 'api.log', scanned: 1, matched: records.length, records };
      },
    };
    const receiver = {
      available: access,
      find: async (query: SpanQuery) => {
        queries.push(query);
        return { source: 'receiver', scanned: 1, spans };
      },
    };
    return { queries, probes: { logs: logs as never, spans: receiver as never } };
  };
  const marked = (marker: string) => lineOf(1, { traceId: foreign, raw: `GET /?meatymusic-probe=${marker}` });
  const markedSpan = (marker: string) =>
    spanOf('s', { traceId: foreign, attributes: attributesOf({ marker }) });

  test('no request is in another trace', async () => {
    const { queries, probes } = readers([marked('9'.repeat(32))]);
    expect(await findLeak([seen({ sent: first, ...inTrace(first.traceId) })], probes)).toBeUndefined();
    expect(queries).toEqual([]);
  });

  test('of the trace that was sent with another request', async () => {
    const requests = [seen({ sent: first }), seen({ sent: second, ...inTrace(first.traceId) })];
    expect(await findLeak(requests, {})).toBe(
      `the span "GET /" of request 2 is in trace ${first.traceId}, which is that of request 1`,
    );
    expect(await findLeak(requests.toReversed(), {})).toBe(
      `the span "GET /" of request 1 is in trace ${first.traceId}, which is that of request 2`,
    );
  });

  test('of a trace that is new and the same for two requests', async () => {
    const requests = [
      seen({ sent: first, ...inTrace(foreign) }),
      seen({ sent: second, lines: [lineOf(7, { traceId: foreign })] }),
    ];
    expect(await findLeak(requests, {})).toBe(
      `the span "GET /" of request 1 is in trace ${foreign}, which is that of request 2`,
    );
  });

  test('two requests in new traces of their own leak nothing', async () => {
    const requests = [
      seen({ sent: first, ...inTrace(foreign) }),
      seen({ sent: second, ...inTrace('e'.repeat(32)) }),
    ];
    expect(await findLeak(requests, {})).toBeUndefined();
  });

  test.each<[string, LogRecord[], SpanData[]]>([
    ['line', [marked('9'.repeat(32))], []],
    ['span', [], [markedSpan('9'.repeat(32))]],
    ['span behind its own', [], [markedSpan(first.marker), markedSpan('9'.repeat(32))]],
  ])('of a new trace that has a %s of an earlier request', async (_, records, spans) => {
    const { queries, probes } = readers(records, spans);
    const requests = [seen({ sent: first, ...inTrace(foreign) }), seen({ sent: second })];
    expect(await findLeak(requests, probes)).toBe(
      `the span "GET /" of request 1 is in trace ${foreign}, which is that of an earlier request`,
    );
    expect(queries).toEqual([
      { traceId: foreign, fresh: true },
      { service: 'api', traceId: foreign, fresh: true },
    ]);
  });

  test('a new trace with lines and spans of this request alone is its own', async () => {
    const others = lineOf(2, { traceId: 'e'.repeat(32), raw: marked('9'.repeat(32)).raw });
    const { probes } = readers([marked(first.marker), others], [markedSpan(first.marker), spanOf('x')]);
    expect(await findLeak([seen({ sent: first, ...inTrace(foreign) })], probes)).toBeUndefined();
  });

  test('a new trace is examined once', async () => {
    const { queries, probes } = readers();
    const spans = [spanOf('a', { traceId: foreign }), spanOf('b', { traceId: foreign })];
    expect(await findLeak([seen({ sent: first, spans })], probes)).toBeUndefined();
    expect(queries).toHaveLength(2);
  });

  test('nothing is asked of what cannot be read', async () => {
    const { queries, probes } = readers([marked('9'.repeat(32))], [markedSpan('9'.repeat(32))], false);
    expect(await findLeak([seen({ sent: first, ...inTrace(foreign) })], probes)).toBeUndefined();
    expect(queries).toEqual([]);
  });
});

describe('calls of clients during a request', () => {
  const entry = spanOf('GET /', { startMs: 100, durationMs: 50 });
  const call = (more: Partial<SpanData> = {}) =>
    rootOf('SELECT', {
      ...{ traceId: foreign, kind: 'client', startMs: 120, attributes: { 'db.system': 'postgresql' } },
      ...more,
    });
  const isLost = (span: SpanData) => lostClientSpans(entry, [span]).length === 1;

  test('are lost in a trace of their own', () => {
    expect([100, 120, 150].map((startMs) => isLost(call({ startMs })))).toEqual([true, true, true]);
  });

  test.each<[string, SpanData]>([
    ['before it', call({ startMs: 99 })],
    ['after it', call({ startMs: 151 })],
    ['in its trace', call({ traceId: sent.traceId })],
    ['below another span', call({ parentSpanId: spanIdOf('b') })],
    ['to no database', call({ attributes: { 'http.request.method': 'GET' } })],
  ])('are not: %s', (_, span) => {
    expect(isLost(span)).toBe(false);
  });

  test('are unknown where the request has no span', () => {
    expect(lostClientSpans(undefined, [call()])).toEqual([]);
  });
});

test('the system of a client is read from both conventions', () => {
  const system = (attributes: SpanData['attributes']) => systemOf(spanOf('a', { attributes }));
  expect(system({ 'db.system.name': 'postgresql', 'db.system': 'other_sql' })).toBe('postgresql');
  expect(system({ 'db.system': 'redis' })).toBe('redis');
  expect(system({ 'db.system': 1 })).toBeUndefined();
  expect(system({})).toBeUndefined();
});

test('three spans are named, and the others counted', () => {
  const spans = ['a', 'b', 'c', 'd', 'e'].map((name) => spanOf(name, { traceId: foreign }));
  const three = ['a', 'b', 'c'].map((name) => `"${name}" in trace ${foreign}`).join(', ');
  expect(namesOf(spans.slice(0, 3))).toBe(three);
  expect(namesOf(spans)).toBe(`${three}, 2 more`);
});

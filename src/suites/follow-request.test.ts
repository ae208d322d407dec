import { expect, test } from 'vitest';
import type { LogQuery, LogRecord, SpanData, SpanQuery } from '../check/probes.ts';
import { response } from '../testing/responses.ts';
import { bareLine, lineOf as line, sent, spanOf as span, spanIdOf } from '../testing/trace-records.ts';
import { collectRequest } from './follow-request.ts';

const { traceId, marker } = sent;
const copy = (number: number) => bareLine(number, { raw: sent.traceparent, structured: false });

interface Given {
  /** Lines of the trace in each answer, the last one for ever. */
  lines?: LogRecord[][];
  marked?: LogRecord[];
  /** Spans of the trace in each answer. */
  spans?: SpanData[][];
  recent?: SpanData[];
  access?: object;
  answered?: boolean;
  waitMs?: number;
}

/** Collects what a log and a receiver show, with what they were asked for. */
async function collect({
  lines = [[]],
  marked = [],
  spans = [[]],
  recent = [],
  access = {},
  answered = true,
  waitMs = 3000,
}: Given) {
  const asked: (LogQuery | SpanQuery)[] = [];
  let [atLine, atSpan] = [0, 0];
  const take = <T>(all: T[], at: number) => all[Math.min(at, all.length - 1)]!;
  const logs = {
    available: async () => ({ available: true, source: 'api.log' }),
    find: async (query: LogQuery) => {
      asked.push(query);
      const records = query.traceId ? take(lines, atLine++) : marked;
      return { source: 'api.log', scanned: 40, matched: records.length, records };
    },
  };
  const receiver = {
    available: async () => ({ available: true, source: 'receiver', ...access }),
    find: async (query: SpanQuery) => {
      asked.push(query);
      const found = query.traceId ? take(spans, atSpan++) : recent;
      return { source: 'receiver', scanned: 9, spans: found };
    },
  };
  const exchange = { actual: '', evidence: { kind: 'fact', label: 'request', value: '' } as never };
  const request = { sent, exchange: answered ? { ...exchange, response: response(200) } : exchange };
  const found = await collectRequest({ logs: logs as never, spans: receiver as never }, request, { waitMs });
  const labels = found.evidence.map(({ label }) => label);
  return { ...found, asked, labels };
}

test('a request without an answer has neither lines nor spans', async () => {
  const { asked, log, spans, labels } = await collect({ answered: false });
  expect(asked).toEqual([]);
  expect([log.available, spans.available]).toEqual([false, false]);
  expect(labels).toEqual(['request']);
});

test('spans and lines are waited for, and what is recent is read once', async () => {
  const { asked, log, spans, labels } = await collect({ lines: [[line(1)]], spans: [[span('a')]] });
  expect(asked).toEqual([
    { traceId, fresh: true, atLeast: 1, withinMs: 3000 },
    { sinceMs: 49_000, fresh: true, limit: 5000 },
    { service: 'api', traceId, fresh: true, withinMs: 3000 },
    { service: 'api', contains: marker, fresh: true },
  ]);
  expect([log.records.length, log.scanned, spans.spans.length, spans.scanned]).toEqual([1, 40, 1, 9]);
  expect(labels).toEqual(['request', 'log lines of the request', 'spans of the trace']);
});

test('the wait for spans ends when they form one tree, or nothing new came', async () => {
  const [root, child, orphan] = [
    span('a'),
    span('b', { parentSpanId: spanIdOf('a') }),
    span('e', { parentSpanId: 'f'.repeat(16) }),
  ];
  const spanCalls = async (...spans: SpanData[][]) =>
    (await collect({ spans })).asked.filter((query) => 'atLeast' in query).map(({ atLeast }) => atLeast);
  expect(await spanCalls([child], [child, root])).toEqual([1, 2]);
  expect(await spanCalls([root, orphan], [root, orphan])).toEqual([1, 3]);
  expect(await spanCalls([])).toEqual([1]);
});

test('lines are waited for briefly after a wait for spans that brought none', async () => {
  const logWait = async (given: Given) =>
    (await collect(given)).asked.find((query) => 'service' in query && query.traceId)?.withinMs;
  expect(await logWait({})).toBe(2000);
  expect(await logWait({ waitMs: 1500 })).toBe(1500);
  expect(await logWait({ spans: [[span('a')]] })).toBe(3000);
  expect(await logWait({ access: { available: false } })).toBe(3000);
});

test('spans that go elsewhere are waited for briefly', async () => {
  const { asked } = await collect({ access: { elsewhere: 'http://collector:4318' } });
  expect(asked[0]).toMatchObject({ withinMs: 1000 });
});

test('a copy of the header that was sent is no line of the trace, and the wait continues behind it', async () => {
  const { asked, log } = await collect({ lines: [[copy(1)], [copy(1), line(2)]], spans: [[span('a')]] });
  expect(asked.slice(2, 4)).toEqual([
    { service: 'api', traceId, fresh: true, withinMs: 3000 },
    { service: 'api', traceId, fresh: true, atLeast: 2, withinMs: 3000 },
  ]);
  expect(log.records.map(({ number }) => number)).toEqual([2]);
  const alone = await collect({ lines: [[copy(1)], [copy(1)]], spans: [[span('a')]] });
  expect(alone.log.records).toEqual([]);
  expect(alone.asked).toHaveLength(5);
});

test('lines with the marker and without the trace are apart, and shown in the order of the log', async () => {
  const stray = line(1, { traceId: 'e'.repeat(32) });
  const { log, evidence } = await collect({ lines: [[line(2)]], marked: [line(2), stray] });
  expect(log.linesWithoutTrace).toEqual([stray]);
  expect(evidence[1]).toMatchObject({
    lines: [
      { number: 1, text: 'line 1' },
      { number: 2, text: 'line 2' },
    ],
    total: 2,
  });
});

test('twenty lines are shown', async () => {
  const lines = [Array.from({ length: 22 }, (_, at) => line(at + 1))];
  const { evidence } = await collect({ lines });
  expect(evidence[1]).toMatchObject({ total: 22 });
  expect((evidence[1] as { lines: unknown[] }).lines).toHaveLength(20);
});

test('spans of the request in another trace are found by its marker, and shown', async () => {
  const elsewhere = span('f', {
    traceId: 'f'.repeat(32),
    attributes: { 'url.query': `p=${marker}` },
  });
  const foreign = span('9', { traceId: 'f'.repeat(32) });
  const own = span('8', { attributes: { 'url.query': `p=${marker}` } });
  const { spans, labels } = await collect({ recent: [elsewhere, foreign, own] });
  expect(spans.inOtherTraces).toEqual([elsewhere]);
  expect(labels.at(-1)).toBe('spans of this request in another trace');
});

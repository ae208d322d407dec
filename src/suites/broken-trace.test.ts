import { describe, expect, test } from 'vitest';
import type { SpanData } from '../check/probes.ts';
import { type Found, followed } from '../testing/followed-requests.ts';
import { bareLine, lineOf, rootOf, sent, spanIdOf, spanOf } from '../testing/trace-records.ts';
import { breakInLog, breakInResponse, breakInSpans, lostContext, lostIn } from './broken-trace.ts';

const foreign = 'f'.repeat(32);
const api = { service: 'meatymusic-api' };
const server = spanOf('GET /ready', { ...api, startMs: 100, durationMs: 50 });
const call = (more: Partial<SpanData> = {}) =>
  rootOf('SELECT', {
    ...{ traceId: foreign, kind: 'client', startMs: 120, attributes: { 'db.system': 'postgresql' } },
    ...more,
  });
const expected = `one tree below the sent span ${sent.spanId}`;
const broken = (spans: Found['spans'], others: Found['spans'][] = [spans]) =>
  breakInSpans(
    followed({ spans: spans ?? {} }),
    'meatymusic-api',
    others.map((each) => followed({ spans: each ?? {} })),
  );

describe('the tree of a request', () => {
  test.each<[string, SpanData[]]>([
    ['no spans', []],
    ['one span', [server]],
    ['calls below it', [server, call({ traceId: sent.traceId, parentSpanId: server.spanId })]],
    ['two entries', [server, spanOf('middleware', api)]],
    ['no resource', [spanOf('GET /')]],
  ])('%s: whole', (_, spans) => {
    expect(broken({ spans })).toBeUndefined();
  });

  test.each<[string, SpanData[], string]>([
    ['a root', [rootOf('GET /')], '"GET /" is below nothing'],
    ['a root beside the entry', [server, rootOf('job', api)], '"job" of meatymusic-api is below nothing'],
    [
      'an orphan',
      [server, spanOf('job', { parentSpanId: '9'.repeat(16) })],
      `"job" is below ${'9'.repeat(16)}`,
    ],
    [
      'a ring',
      [
        server,
        spanOf('a', { parentSpanId: spanIdOf('b') }),
        spanOf('b', { parentSpanId: spanIdOf('a'), startMs: 2 }),
      ],
      `"a" is below ${spanIdOf('b')}`,
    ],
    [
      'the first of several',
      [server, rootOf('late', { startMs: 9 }), spanOf('early', { parentSpanId: '9'.repeat(16), startMs: 3 })],
      `"early" is below ${'9'.repeat(16)}`,
    ],
    [
      'the first of several, a root',
      [server, spanOf('late', { parentSpanId: '9'.repeat(16), startMs: 9 }), rootOf('early', { startMs: 3 })],
      '"early" is below nothing',
    ],
  ])('%s: broken', (_, spans, actual) => {
    expect(broken({ spans })).toEqual({ code: 'broken-tree', expected, actual });
  });

  test('spans of the request in another trace', () => {
    const inOtherTraces = [spanOf('job', { traceId: foreign })];
    expect(broken({ spans: [server], inOtherTraces })).toEqual({
      code: 'in-another-trace',
      expected,
      actual: `the request has "job" in trace ${foreign}`,
    });
  });

  test('a gateway of another name is in front of the service', () => {
    const gateway = spanOf('route', { service: 'gateway' });
    const below = (service: Partial<SpanData>) =>
      spanOf('GET /', { parentSpanId: gateway.spanId, ...service });
    expect(broken({ spans: [gateway, below(api)] })).toBeUndefined();
    expect(broken({ spans: [gateway, below({})] })).toBeUndefined();
    expect(broken({ spans: [gateway, below({ service: 'unknown_service' })] })).toMatchObject({
      code: 'wrong-service',
      actual: '"route" has gateway, unknown_service',
    });
  });

  test('the name of the service', () => {
    const wrong = (service: string) => broken({ spans: [spanOf('GET /', { service })] });
    const found = (actual: string) => ({
      code: 'wrong-service',
      expected: 'service.name meatymusic-api',
      actual,
    });
    expect(wrong('unknown_service:node')).toEqual(found('"GET /" has unknown_service:node'));
    expect(wrong('')).toEqual(found('"GET /" has no service.name'));
  });
});

describe('calls in traces of their own', () => {
  const lost = { spans: [server], recent: [server, call()] };
  const kept = { spans: [server], recent: [server] };
  const actual = `calls during the request are in other traces: "SELECT" in trace ${foreign}`;

  test('break the trace where each request has them', () => {
    const both = `${actual}, "SELECT" in trace ${foreign}`;
    expect(broken(lost, [lost, lost])).toEqual({ code: 'in-another-trace', expected, actual: both });
  });

  test('break nothing where one request has none: they may be of a job', () => {
    expect(broken(lost, [lost, kept])).toBeUndefined();
    expect(broken(kept, [kept, kept])).toBeUndefined();
  });

  test('are described', () => {
    const found = (...all: Found['spans'][]) =>
      lostContext(all.map((spans) => followed({ spans: spans ?? {} })));
    expect(found(kept, lost)).toBe(actual);
    expect(found(kept)).toBeUndefined();
  });

  test('are not those of a system that the request has spans of', () => {
    const own = call({ traceId: sent.traceId, parentSpanId: server.spanId });
    const redis = call({ attributes: { 'db.system': 'redis' } });
    expect(lostIn(followed({ spans: { spans: [server, own], recent: [call(), redis] } }))).toEqual([redis]);
    expect(lostIn(followed({ spans: { spans: [server], inOtherTraces: [own], recent: [call()] } }))).toEqual(
      [],
    );
  });

  test('are found beside a request that is in another trace itself', () => {
    const elsewhere = { ...server, traceId: 'e'.repeat(32) };
    expect(lostIn(followed({ spans: { inOtherTraces: [elsewhere], recent: [call()] } }))).toEqual([call()]);
    expect(lostIn(followed({ spans: { recent: [call()] } }))).toEqual([]);
  });
});

describe('the lines of a request', () => {
  const wanted = `every log line of the request carries ${sent.traceId} in a field of its own`;
  const found = (log: Found['log']) => breakInLog(followed({ log: log ?? {} }));

  test('that carry its trace', () => {
    expect(found({ records: [lineOf(1)] })).toBeUndefined();
  });

  test('in a log that cannot be read', () => {
    expect(found({ available: false, linesWithoutTrace: [bareLine(1)] })).toBeUndefined();
  });

  test('of which none is found', () => {
    const actual = 'none of 40 lines of api.log is of the request';
    expect(found({})).toEqual({ code: 'not-logged', expected: wanted, actual });
  });

  test('of which none carries it', () => {
    const actual = 'line 3 has no trace ID';
    expect(found({ linesWithoutTrace: [bareLine(3), bareLine(4)] })).toEqual({
      code: 'not-logged',
      expected: wanted,
      actual,
    });
  });

  test('of which one does not carry it', () => {
    expect(found({ records: [lineOf(1)], linesWithoutTrace: [bareLine(2)] })).toEqual({
      code: 'line-without-trace',
      expected: wanted,
      actual: 'line 2 has no trace ID',
    });
  });
});

describe('the headers of the response', () => {
  const names = ['traceparent', 'X-Trace-ID'];
  const wanted = `one of traceparent, X-Trace-ID names ${sent.traceId}`;
  const found = (headers: Record<string, string>, asked = names, answered = true) =>
    breakInResponse(followed({ headers, answered }), asked);

  test('name the trace, or none is asked for', () => {
    expect(found({ 'x-trace-id': sent.traceId })).toBeUndefined();
    expect(
      found({ 'x-trace-id': sent.traceId, traceparent: `00-${foreign}-${'1'.repeat(16)}-01` }),
    ).toBeUndefined();
    expect(found({}, [])).toBeUndefined();
  });

  test('name another trace', () => {
    expect(found({ 'x-trace-id': foreign })).toEqual({
      code: 'other-trace-returned',
      expected: wanted,
      actual: `X-Trace-ID: ${foreign}`,
    });
  });

  test('name none', () => {
    const nothing = { code: 'not-returned', expected: wanted, actual: 'none of them does' };
    expect(found({})).toEqual(nothing);
    expect(found({ traceresponse: sent.traceId })).toEqual(nothing);
    expect(found({}, names, false)).toEqual(nothing);
  });
});

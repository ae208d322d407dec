import { describe, expect, test } from 'vitest';
import { type HttpRequest, type LogQuery, type LogRecord, ProbeError } from '../check/index.ts';
import type { SpanData, SpanQuery } from '../check/probes.ts';
import { response } from '../testing/responses.ts';
import { attributesOf, lineOf, spanOf } from '../testing/trace-records.ts';
import { markersIn } from './sent-ids.ts';
import { observeTraceContext, type TraceContextCase } from './trace-context-suite.ts';

const idOf = (index: number, digits: number) => (index + 1).toString(16).padStart(digits, 'a');
const traceOf = (index: number) => idOf(index, 32);
/** The trace that the service begins where it continues none. */
const ownTrace = (index: number) => idOf(index, 32).replaceAll('a', 'e');

/** Spans, log lines and headers that a service leaves of a request. */
interface Left {
  /** Its spans, in the traces that they name. */
  spans?: Partial<SpanData>[];
  lines?: Partial<LogRecord>[];
  headers?: Record<string, string>;
  failure?: string;
}

interface Service {
  leaves?(index: number): Left;
  /** Spans that can be read at each look; default: all of them. */
  looks?: number[];
  access?: { available?: boolean; elsewhere?: string };
  hasLog?: boolean;
  waitMs?: number;
}

const plain: TraceContextCase = { name: 'a case', traceparent: '00-{trace}-{span}-01', expect: 'continue' };
const cases = (count: number, more: Partial<TraceContextCase> = {}) =>
  Array.from({ length: count }, () => ({ ...plain, ...more }));

/** Sends the cases to a service, and returns what was observed with the queries that its log and its spans got. */
async function observe(
  given: readonly TraceContextCase[],
  { leaves = () => ({}), looks = [], access = {}, hasLog = true, waitMs = 4000 }: Service = {},
) {
  const requests: HttpRequest[] = [];
  const [spans, lines]: [SpanData[], LogRecord[]] = [[], []];
  const asked: (LogQuery | SpanQuery)[] = [];
  let [traces, uuids, seenAt] = [0, 0, 0];
  const http = {
    async request(request: HttpRequest) {
      const index = requests.push(request) - 1;
      const [marker = ''] = markersIn(request.url);
      const { spans: left = [], lines: logged = [], headers = {}, failure } = leaves(index);
      spans.push(...left.map((more) => spanOf('GET /', { attributes: attributesOf({ marker }), ...more })));
      lines.push(...logged.map((more) => lineOf(lines.length + 1, { raw: `GET ${request.url}`, ...more })));
      if (failure) throw new ProbeError('ECONNRESET', failure);
      return response(200, '', headers);
    },
  };
  const ids = {
    trace: async () => ({ traceId: traceOf(traces), spanId: idOf(traces++, 16), traceparent: '' }),
    uuid: async () => idOf(uuids++, 32),
    now: async () => 50_000,
  };
  const logs = {
    available: async () => ({ available: hasLog, source: 'api.log' }),
    async find(query: LogQuery) {
      asked.push(query);
      const records = lines.filter(({ raw }) => raw.includes(query.contains ?? ''));
      return { source: 'api.log', scanned: lines.length, matched: records.length, records };
    },
  };
  const receiver = {
    available: async () => ({ available: true, source: 'receiver', ...access }),
    async find(query: SpanQuery) {
      asked.push(query);
      const found = spans.slice(0, looks[seenAt++] ?? spans.length);
      return { source: 'receiver', scanned: found.length, spans: found };
    },
  };
  const probes = { http, ids, logs, spans: receiver } as never;
  const observed = await observeTraceContext(probes, 'http://localhost:8000/health', given, waitMs);
  const seen = observed.map(({ seen, where }) => (seen ? [seen, where] : undefined));
  return { observed, requests, asked, seen };
}

describe('the requests', () => {
  test('have the headers of their case, with identifiers of their own', async () => {
    const { requests, observed } = await observe([
      { ...plain, tracestate: 'rojo=1' },
      { ...plain, traceparent: '', tracestate: '' },
      { ...plain, as: { traceparent: 'TRACEPARENT', tracestate: 'TraceState' }, tracestate: 'rojo=1' },
      { ...plain, again: { name: 'traceparent', value: '00-{trace}-{span}-00' } },
      { ...plain, tracestate: 'rojo=1', again: { name: 'tracestate', value: 'congo={span}' } },
    ]);
    const header = (index: number, flags = '01') => `00-${traceOf(index)}-${idOf(index, 16)}-${flags}`;
    expect(requests.map(({ headers, moreHeaders }) => [headers, moreHeaders])).toEqual([
      [{ traceparent: header(0), tracestate: 'rojo=1' }, undefined],
      [{ tracestate: '' }, undefined],
      [{ TRACEPARENT: header(2), TraceState: 'rojo=1' }, undefined],
      [{ traceparent: header(3) }, [['traceparent', header(3, '00')]]],
      [{ traceparent: header(4), tracestate: 'rojo=1' }, [['tracestate', `congo=${idOf(4, 16)}`]]],
    ]);
    expect(observed.map(({ sent }) => sent)).toEqual([
      header(0),
      '',
      header(2),
      `${header(3)}, ${header(3, '00')}`,
      header(4),
    ]);
  });

  test('that fail have the reason and no trace', async () => {
    const { observed, asked } = await observe(cases(2), {
      leaves: (index) => (index === 0 ? { failure: 'reset', lines: [{ traceId: ownTrace(0) }] } : {}),
    });
    expect(observed[0]).toMatchObject({ failure: 'reset', spans: [] });
    expect(observed[0]).not.toHaveProperty('response');
    expect(observed[0]).not.toHaveProperty('seen');
    expect(observed[1]).not.toHaveProperty('failure');
    expect(asked.filter((query) => JSON.stringify(query).includes(observed[0]?.ids.marker ?? ''))).toEqual(
      [],
    );
  });
});

describe('spans', () => {
  const sampled = (index: number): Left => ({ spans: [{ traceId: traceOf(index) }] });

  test('show the trace, by the marker in their attributes', async () => {
    const { observed, seen, asked } = await observe(cases(2), {
      leaves: (index) => ({ spans: [{ traceId: index === 0 ? traceOf(0) : ownTrace(1) }] }),
    });
    expect(seen).toEqual([
      [traceOf(0), 'spans'],
      [ownTrace(1), 'spans'],
    ]);
    expect(observed.map(({ spans }) => spans.length)).toEqual([1, 1]);
    expect(asked[0]).toEqual({ sinceMs: 49_000, fresh: true, limit: 5000, atLeast: 1, withinMs: 4000 });
  });

  test('of the trace that was sent belong to the request without a marker, once each', async () => {
    const { observed } = await observe(cases(2), {
      leaves: (index) => ({
        spans: [{ traceId: traceOf(index) }, { name: 'SELECT', traceId: traceOf(index), attributes: {} }],
      }),
    });
    expect(observed[0]?.spans.map(({ name }) => name)).toEqual(['GET /', 'SELECT']);
  });

  test('the request is taken over by the server span, else by the first', async () => {
    const { observed } = await observe(cases(2), {
      leaves: (index) => ({
        spans: [
          { name: 'middleware', kind: 'internal', traceId: traceOf(index) },
          { name: 'GET /health', kind: index === 0 ? 'server' : 'internal', traceId: traceOf(index) },
        ],
      }),
    });
    expect(observed.map(({ entry }) => entry?.name)).toEqual(['GET /health', 'middleware']);
  });

  test('are waited for until those of the last case arrived, or nothing new came', async () => {
    const waits = async (looks: number[], leaves: (index: number) => Left = sampled) =>
      (await observe(cases(3), { leaves, looks, hasLog: false })).asked.map((query) => query.atLeast);
    expect(await waits([3])).toEqual([1]);
    expect(await waits([1, 2, 3])).toEqual([1, 2, 3]);
    expect(await waits([1, 1])).toEqual([1, 2]);
    expect(await waits([0])).toEqual([1]);
  });

  test('the last case that leaves a span is the last one that is sampled and answered', async () => {
    const given = [...cases(1), ...cases(1, { traceparent: '00-{trace}-{span}-00' }), ...cases(1)];
    const { asked } = await observe(given, {
      leaves: (index) => (index === 2 ? { failure: 'reset' } : sampled(index)),
      looks: [1],
      hasLog: false,
    });
    expect(asked).toHaveLength(1);
    const second = await observe(given, { leaves: sampled, looks: [1, 2, 3], hasLog: false });
    expect(second.asked).toHaveLength(3);
  });

  test('that go elsewhere are waited for briefly, and those that cannot be read are not', async () => {
    const far = { access: { elsewhere: 'http://collector:4318' }, hasLog: false };
    expect((await observe(cases(1), far)).asked[0]?.withinMs).toBe(1000);
    expect((await observe(cases(1), { ...far, waitMs: 500 })).asked[0]?.withinMs).toBe(500);
    const none = { access: { available: false }, leaves: sampled, hasLog: false };
    expect((await observe(cases(1), none)).asked).toEqual([]);
    expect((await observe(cases(1), none)).seen).toEqual([undefined]);
    expect((await observe([], { leaves: sampled })).asked).toEqual([]);
  });
});

describe('without spans', () => {
  const logged = (index: number): Left => ({ lines: [{ traceId: ownTrace(index) }] });

  test('the log shows the trace', async () => {
    const { seen, asked } = await observe(cases(2), { leaves: logged });
    expect(seen).toEqual([
      [ownTrace(0), 'log'],
      [ownTrace(1), 'log'],
    ]);
    // The first line is waited for, the others were written behind it.
    const [, ...ofLog] = asked;
    expect(ofLog.map(({ withinMs }) => withinMs)).toEqual([2000, 0, 0]);
    expect(ofLog[0]).toMatchObject({ service: 'api', fresh: true });
    expect((await observe(cases(1), { leaves: logged, waitMs: 700 })).asked[1]?.withinMs).toBe(700);
  });

  test('a line without a trace, or with a copy of what was sent, shows none', async () => {
    const { lines: [bare] = [] } = logged(0);
    const found = async (line: Partial<LogRecord>) =>
      (await observe(cases(1), { leaves: () => ({ lines: [line] }) })).seen;
    expect(await found({ traceId: undefined as never })).toEqual([undefined]);
    // The identifier of the caller in the field of the trace.
    expect(await found({ traceId: idOf(0, 32) })).toEqual([[idOf(0, 32), 'log']]);
    const both = { leaves: () => ({ lines: [{ traceId: undefined as never }, bare ?? {}] }) };
    expect((await observe(cases(1), both)).seen).toEqual([[ownTrace(0), 'log']]);
  });

  test.each(['traceparent', 'traceresponse', 'x-trace-id', 'x-request-id', 'x-correlation-id'])(
    'the header %s of the response shows the trace',
    async (name) => {
      const leaves = (index: number) => ({
        headers: { [name]: `00-${ownTrace(index)}-${idOf(index, 16)}-01` },
      });
      expect((await observe(cases(2), { leaves })).seen).toEqual([
        [ownTrace(0), name],
        [ownTrace(1), name],
      ]);
    },
  );

  test.each<[string, string, string | undefined]>([
    ['in capitals', ownTrace(0).toUpperCase(), ownTrace(0)],
    ['behind another word', `trace=${ownTrace(0)};`, ownTrace(0)],
    ['too long', `${ownTrace(0)}0`, undefined],
    ['behind another digit', `0${ownTrace(0)}`, undefined],
    ['no identifier', 'none', undefined],
    ['the header that was sent', `00-${traceOf(0)}-${idOf(0, 16)}-01`.toUpperCase(), undefined],
  ])('a header that is %s', async (_, value, traceId) => {
    const { seen } = await observe(cases(1), { leaves: () => ({ headers: { 'x-trace-id': value } }) });
    expect(seen).toEqual([traceId ? [traceId, 'x-trace-id'] : undefined]);
  });

  test('the log is preferred to the response', async () => {
    const leaves = (index: number) => ({ ...logged(index), headers: { 'x-trace-id': 'f'.repeat(32) } });
    expect((await observe(cases(1), { leaves })).seen).toEqual([[ownTrace(0), 'log']]);
    expect((await observe(cases(1), { leaves, hasLog: false })).seen).toEqual([
      ['f'.repeat(32), 'x-trace-id'],
    ]);
  });
});

describe('where some requests left spans', () => {
  /** The second request left a span, the first and the third did not. */
  const second = (found: (index: number) => Left) => (index: number) => ({
    ...(index === 1 ? { spans: [{ traceId: traceOf(1) }] } : {}),
    ...found(index),
  });

  test('the log shows the trace of the others if it agrees with the spans', async () => {
    const right = second((index) => ({ lines: [{ traceId: index === 1 ? traceOf(1) : ownTrace(index) }] }));
    expect((await observe(cases(3), { leaves: right })).seen).toEqual([
      [ownTrace(0), 'log'],
      [traceOf(1), 'spans'],
      [ownTrace(2), 'log'],
    ]);
    const wrong = second((index) => ({ lines: [{ traceId: ownTrace(index) }] }));
    expect((await observe(cases(3), { leaves: wrong })).seen).toEqual([
      undefined,
      [traceOf(1), 'spans'],
      undefined,
    ]);
  });

  test('the response shows the trace of the others if it agrees with the spans', async () => {
    const right = second((index) => ({
      headers: { 'x-trace-id': index === 1 ? traceOf(1) : ownTrace(index) },
    }));
    expect((await observe(cases(3), { leaves: right })).seen).toEqual([
      [ownTrace(0), 'x-trace-id'],
      [traceOf(1), 'spans'],
      [ownTrace(2), 'x-trace-id'],
    ]);
    const wrong = second((index) => ({ headers: { 'x-trace-id': ownTrace(index) } }));
    expect((await observe(cases(3), { leaves: wrong })).seen).toEqual([
      undefined,
      [traceOf(1), 'spans'],
      undefined,
    ]);
    const silent = second((index) => (index === 1 ? {} : { headers: { 'x-trace-id': ownTrace(index) } }));
    expect((await observe(cases(3), { leaves: silent })).seen).toEqual([
      undefined,
      [traceOf(1), 'spans'],
      undefined,
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { v } from '../base/schema.ts';
import type { SpanData } from '../check/probes.ts';
import {
  assertTrace,
  type SpanSelector,
  selectSpans,
  type TraceAssertion,
  traceAssertionSchema,
} from './trace-assertions.ts';

const span = (spanId: string, parentSpanId: string | undefined, rest: Partial<SpanData>): SpanData => ({
  traceId: 'a'.repeat(32),
  spanId,
  ...(parentSpanId ? { parentSpanId } : {}),
  name: spanId,
  kind: 'internal',
  service: 'api',
  startMs: 100,
  durationMs: 10,
  status: 'unset',
  attributes: {},
  ...rest,
});

const spans = [
  span('GET /songs', undefined, {
    kind: 'server',
    durationMs: 100,
    attributes: { 'http.response.status_code': 200 },
  }),
  span('handler', 'GET /songs', { startMs: 105, durationMs: 80 }),
  span('redis.get', 'handler', { kind: 'client', startMs: 110, attributes: { 'db.system.name': 'redis' } }),
  span('pg.query', 'handler', {
    kind: 'client',
    startMs: 130,
    durationMs: 20,
    status: 'error',
    attributes: { 'db.system.name': 'postgresql', rows: 3, empty: null },
  }),
  span('elsewhere', 'unknown', { service: 'worker', startMs: 400 }),
];

const names = (selector: SpanSelector) => selectSpans(spans, selector).map(({ name }) => name);

describe('selectSpans', () => {
  it.each<[SpanSelector, string[]]>([
    [{}, spans.map(({ name }) => name)],
    [{ service: 'worker' }, ['elsewhere']],
    [{ name: { matches: '^(redis|pg)' } }, ['redis.get', 'pg.query']],
    [{ kind: 'client', attributes: { 'db.system.name': 'redis' } }, ['redis.get']],
    [{ attributes: { rows: { min: 2, max: 3 } } }, ['pg.query']],
    [{ attributes: { rows: { exists: false } }, kind: 'client' }, ['redis.get']],
    [{ status: 'error' }, ['pg.query']],
    [{ parent: { name: 'GET /songs' } }, ['handler']],
    [{ ancestor: { kind: 'server' } }, ['handler', 'redis.get', 'pg.query']],
    [{ ancestor: { kind: 'producer' } }, []],
    [{ attributes: { toString: { exists: true } } }, []],
    [{ service: { matches: '^w' } }, ['elsewhere']],
    [{ name: 'handle' }, []],
    [{ name: { matches: '^handle$' } }, []],
    [{ kind: 'client', status: 'ok' }, []],
    [{ attributes: { rows: 3 } }, ['pg.query']],
    [{ attributes: { rows: '3' } }, ['pg.query']],
    [{ attributes: { rows: 4 } }, []],
    [{ attributes: { rows: { matches: '^3$' } } }, ['pg.query']],
    [{ attributes: { rows: { matches: '^4$' } } }, []],
    [{ attributes: { none: { matches: '' } } }, []],
    [{ attributes: { none: 'undefined' } }, []],
    [{ attributes: { empty: { matches: '' } } }, []],
    [{ attributes: { rows: { exists: true } } }, ['pg.query']],
    [{ attributes: { rows: { min: 3 } } }, ['pg.query']],
    [{ attributes: { rows: { max: 3 } } }, ['pg.query']],
    [{ attributes: { rows: { min: 4 } } }, []],
    [{ attributes: { rows: { max: 2 } } }, []],
    [{ attributes: { 'db.system.name': { min: 0 } } }, []],
    [{ attributes: { none: { max: 0 } } }, []],
    [{ attributes: { rows: 3, 'db.system.name': 'redis' } }, []],
    [{ parent: { name: 'handler', kind: 'server' } }, []],
    [{ kind: 'internal', parent: { kind: 'server' } }, ['handler']],
    [{ kind: 'client', parent: { kind: 'server' } }, []],
    [{ kind: 'server', ancestor: {} }, []],
    [{ name: 'redis.get', parent: { name: 'handler' }, ancestor: { kind: 'producer' } }, []],
  ])('%j selects %j', (selector, expected) => {
    expect(names(selector)).toEqual(expected);
  });

  it('ends where parents form a ring', () => {
    const ring = [span('a', 'b', {}), span('b', 'a', {})];
    expect(selectSpans(ring, { ancestor: { name: 'c' } })).toEqual([]);
  });
});

describe('assertTrace', () => {
  it.each<TraceAssertion>([
    { select: { kind: 'client' } },
    { select: { kind: 'client' }, count: 2 },
    { select: { name: 'absent' }, count: 0 },
    {
      select: { kind: 'server' },
      attributes: { 'http.response.status_code': 200 },
      'duration-ms': { max: 100 },
    },
    { select: { name: 'redis.get' }, before: { name: 'pg.query' } },
    { select: { kind: 'client' }, within: { name: 'handler' } },
    { select: { kind: 'client' }, 'total-duration-ms': { max: 30 } },
  ])('holds: %j', (assertion) => {
    expect(v.safeParse(traceAssertionSchema, assertion).success).toBe(true);
    expect(assertTrace(spans, assertion)).toMatchObject({ ok: true, failures: [] });
  });

  it.each<[TraceAssertion, string]>([
    [{ select: { name: 'absent' } }, '0 of 5 spans are name absent, at least 1 wanted'],
    [
      { select: { name: 'absent' }, 'duration-ms': { max: 5 } },
      '0 of 5 spans are name absent, at least 1 wanted',
    ],
    [{ select: { name: 'absent' }, count: { min: 0 } }, '0 of 5 spans are name absent, at least 0 wanted'],
    [{ select: { kind: 'client' }, count: { max: 1 } }, '2 of 5 spans are kind client, at most 1 wanted'],
    [{ select: { name: 'pg.query' }, status: 'ok' }, '"pg.query" of api has status error, ok wanted'],
    [{ select: { name: 'pg.query' }, attributes: { rows: 4 } }, '"pg.query" of api has rows 3, 4 wanted'],
    [
      { select: { name: 'handler' }, attributes: { rows: 4 } },
      '"handler" of api has rows not at all, 4 wanted',
    ],
    [
      { select: { name: 'pg.query' }, 'duration-ms': { max: 5 } },
      '"pg.query" of api takes 20 ms, at most 5 wanted',
    ],
    [
      { select: { kind: 'client' }, 'total-duration-ms': { min: 31 } },
      'they take 30 ms together, at least 31 wanted',
    ],
    [
      { select: { name: 'pg.query' }, before: { name: 'redis.get' } },
      '"pg.query" has not ended when the first name redis.get begins',
    ],
    [
      { select: { name: 'pg.query' }, before: { name: 'absent' } },
      'no span is name absent, so nothing comes after',
    ],
    [
      { select: { name: 'elsewhere' }, within: { name: 'handler' } },
      '"elsewhere" does not run within name handler',
    ],
  ])('does not hold: %j', (assertion, failure) => {
    expect(assertTrace(spans, assertion)).toMatchObject({ ok: false, failures: [failure] });
  });

  const at = (name: string, startMs: number, durationMs: number, kind?: 'client') =>
    span(name, undefined, { startMs, durationMs, ...(kind ? { kind } : {}) });

  // Times of two spans may differ by one millisecond of tolerance, and by no more.
  it.each<[string, { start: number; duration: number }, boolean]>([
    ['the same time', { start: 100, duration: 10 }, true],
    ['inside', { start: 102, duration: 5 }, true],
    ['one millisecond early', { start: 99, duration: 5 }, true],
    ['two milliseconds early', { start: 98, duration: 5 }, false],
    ['one millisecond late', { start: 105, duration: 6 }, true],
    ['two milliseconds late', { start: 105, duration: 7 }, false],
    ['around it', { start: 90, duration: 30 }, false],
    ['after it', { start: 120, duration: 1 }, false],
    ['before it', { start: 80, duration: 5 }, false],
  ])('within: %s', (_name, { start, duration }, ok) => {
    const pair = [at('outer', 100, 10), at('inner', start, duration)];
    const result = assertTrace(pair, { select: { name: 'inner' }, within: { name: 'outer' } });
    expect(result.ok).toBe(ok);
  });

  it.each<[string, { start: number; duration: number }, boolean]>([
    ['ends as the other begins', { start: 90, duration: 10 }, true],
    ['ends before', { start: 50, duration: 10 }, true],
    ['ends one millisecond after', { start: 91, duration: 10 }, true],
    ['ends two milliseconds after', { start: 92, duration: 10 }, false],
    ['begins later', { start: 105, duration: 1 }, false],
  ])('before: %s', (_name, { start, duration }, ok) => {
    const pair = [at('first', start, duration), at('second', 100, 10), at('second', 200, 10)];
    expect(assertTrace(pair, { select: { name: 'first' }, before: { name: 'second' } }).ok).toBe(ok);
  });

  it('within: one span that encloses it is enough, and each selected span needs one', () => {
    const three = [at('outer', 0, 5), at('outer', 100, 10), at('inner', 102, 2), at('inner', 300, 2)];
    const result = assertTrace(three, { select: { name: 'inner' }, within: { name: 'outer' } });
    expect(result.failures).toEqual(['"inner" does not run within name outer']);
    expect(assertTrace(three, { select: { name: 'inner' }, within: { name: 'none' } }).failures).toEqual([
      'no span is name none, so nothing is within it',
    ]);
  });

  it.each<[TraceAssertion, boolean]>([
    [{ count: 5 }, true],
    [{ count: 4 }, false],
    [{ count: 0 }, false],
    [{ count: { min: 5, max: 5 } }, true],
    [{ count: { min: 6 } }, false],
    [{ count: { max: 0 } }, false],
    [{ select: { name: 'none' }, count: { max: 0 } }, true],
    [{ select: { name: 'none' }, count: { max: 1 } }, false],
    [{ select: { name: 'none' }, count: {} }, false],
    [{ select: { name: 'none' }, count: 0, 'total-duration-ms': { min: 1 } }, false],
    [{ select: { kind: 'client' }, 'total-duration-ms': 30 }, true],
    [{ select: { kind: 'client' }, 'total-duration-ms': 10 }, false],
    [{ select: { kind: 'client' }, 'total-duration-ms': 0 }, false],
    [{ select: { name: 'pg.query' }, 'duration-ms': 20 }, true],
    [{ select: { name: 'pg.query' }, 'duration-ms': 0 }, false],
    [{ select: { name: 'pg.query' }, 'duration-ms': { min: 20, max: 20 } }, true],
    [{ select: { name: 'pg.query' }, 'duration-ms': { min: 21 } }, false],
    [{ select: { name: 'pg.query' }, status: 'error' }, true],
    [{ select: { kind: 'client' }, status: 'error' }, false],
    [{ select: { name: 'pg.query' }, attributes: { toString: { exists: true } } }, false],
    [{ select: { name: 'pg.query' }, attributes: { rows: 3, 'db.system.name': 'redis' } }, false],
  ])('%j: %s', (assertion, ok) => {
    expect(assertTrace(spans, assertion)).toMatchObject({ ok });
  });

  it('names a span of no service, bounds of both sides and a selection of everything', () => {
    const [unnamed] = [span('x', undefined, { service: '' })];
    expect(assertTrace([unnamed!], { 'duration-ms': { min: 1, max: 2 } }).failures).toEqual([
      '"x" of an unnamed service takes 10 ms, at least 1 and at most 2 wanted',
    ]);
    expect(assertTrace([], { count: {} }).failures).toEqual(['0 of 0 spans are there, any wanted']);
    expect(assertTrace([], { select: { name: { matches: 'a' }, kind: 'client' } }).failures).toEqual([
      '0 of 0 spans are name {"matches":"a"}, kind client, at least 1 wanted',
    ]);
  });

  it('refuses words that it does not know', () => {
    expect(v.safeParse(traceAssertionSchema, { select: { nam: 'x' } }).success).toBe(false);
    expect(v.safeParse(traceAssertionSchema, { counts: 1 }).success).toBe(false);
  });

  it('refuses a pattern that is no regular expression', () => {
    const parsed = v.safeParse(traceAssertionSchema, { select: { name: { matches: '(' } } });
    expect(parsed.success).toBe(false);
    expect(v.safeParse(traceAssertionSchema, { attributes: { a: { matches: '[' } } }).success).toBe(false);
  });
});

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
    attributes: { 'db.system.name': 'postgresql', rows: 3 },
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

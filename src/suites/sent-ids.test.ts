import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../check/probes.ts';
import { describeLine, sampledIn, traceInHeaders, traceOfLine } from './sent-ids.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const callerId = '6f1ed002ab5c4e1d9d4e2f6b9f9d3c11';
const otherId = 'a'.repeat(32);
const header = `00-${traceId}-${spanId}-01`;
const sent = { traceId, spanId, callerId, traceparent: header, marker: 'c'.repeat(32), sinceMs: 0 };

const structured = (fields: Record<string, unknown>, id?: string): LogRecord => ({
  number: 3,
  raw: JSON.stringify(fields),
  structured: true,
  fields: fields as never,
  ...(id === undefined ? {} : { traceId: id }),
});
const plain = (raw: string): LogRecord => ({ number: 3, raw, structured: false });

describe('the trace of a line', () => {
  test.each<[string, LogRecord, ReturnType<typeof traceOfLine>]>([
    ['its field', structured({}, traceId), 'field'],
    ['another field', structured({}, otherId), 'another'],
    ['its text', plain(`INFO ${traceId.toUpperCase()} done`), 'text'],
    ['a text of one of its fields', structured({ msg: `done ${traceId}` }), 'text'],
    ['nothing', plain('INFO done'), 'none'],
    ['nothing in any field', structured({ msg: 'done', n: 1 }), 'none'],
    ['the header that was sent', plain(`INFO traceparent=${header}`), 'echo'],
    ['the header in a field', structured({ traceparent: header }), 'echo'],
    ['a copy of the headers', structured({ req: { headers: { traceparent: header } } }), 'echo'],
    ['a field of headers', structured({ requestHeaders: `traceparent: ${traceId}` }), 'echo'],
    [
      'a copy in capitals',
      structured({ req: traceId.toUpperCase(), headers: traceId.toUpperCase() }),
      'text',
    ],
    ['a copy in capitals below', structured({ req: { id: traceId.toUpperCase() } }), 'echo'],
    ['the header of its own span', plain(`INFO 00-${traceId}-${'1'.repeat(16)}-01`), 'text'],
    ['the identifier of the caller', structured({}, callerId), 'echo'],
    ['the identifier of the caller, and its text', structured({ msg: traceId }, callerId), 'text'],
  ])('%s', (_, record, place) => {
    expect(traceOfLine(record, sent)).toBe(place);
  });

  test('is described', () => {
    expect(describeLine(structured({}, otherId), sent)).toBe(`line 3 has ${otherId}`);
    expect(describeLine(plain(header), sent)).toBe(
      'line 3 has no trace ID of its own, only in a copy of headers',
    );
    expect(describeLine(plain('x'), sent)).toBe('line 3 has no trace ID');
  });
});

test.each<[Record<string, string>, string[], string[]]>([
  [{ traceparent: header }, ['traceparent'], []],
  [{ 'x-trace-id': `0x${traceId.toUpperCase()}` }, ['x-trace-id'], []],
  [{ 'x-trace-id': otherId }, [], ['x-trace-id']],
  // Sent back, the identifier of the caller names no trace.
  [{ 'x-trace-id': callerId }, [], []],
  [{ 'x-request-id': otherId }, [], []],
  [{ 'x-trace-id': `${otherId}a` }, [], []],
  [{}, [], []],
])('the headers %j', (headers, carrying, other) => {
  const found = traceInHeaders(headers, sent);
  expect(found.carrying).toEqual(carrying);
  expect(found.other.map(({ name }) => name)).toEqual(other);
});

describe('whether the service sampled the request', () => {
  const line = (fields: Record<string, unknown>, id = traceId) => structured(fields, id);

  test.each<[LogRecord, boolean | undefined]>([
    [line({ trace_flags: '01' }), true],
    [line({ trace_flags: '00' }), false],
    [line({ traceFlags: 3 }), true],
    [line({ traceFlags: 2 }), false],
    [line({ 'trace.flags': '01' }), true],
    [line({ otelTraceSampled: true }), true],
    [line({ otelTraceSampled: false }), false],
    [line({ otelTraceSampled: 'False' }), false],
    [line({ otelTraceSampled: 'true' }), true],
    [line({ otelTraceSampled: 'untrue' }), undefined],
    [line({}), undefined],
    [line({ trace_flags: '01' }, otherId), undefined],
  ])('%j', (record, sampled) => {
    expect(sampledIn([record], {}, sent)).toBe(sampled);
  });

  const own = '1'.repeat(16);
  test.each([
    [`00-${traceId}-${own}-01`, true],
    [`00-${traceId}-${own}-00`, false],
    [`00-${traceId}-${own}-03`, true],
    // The header that was sent comes back, or one of another trace, or none that is valid.
    [header, undefined],
    [`00-${otherId}-${own}-01`, undefined],
    [`x00-${traceId}-${own}-01`, undefined],
    [`00-${traceId}-${own}-01-x`, undefined],
  ])('the header %s', (traceparent, sampled) => {
    expect(sampledIn([], { traceparent }, sent)).toBe(sampled);
  });
});

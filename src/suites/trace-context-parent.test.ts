import { describe, expect, test } from 'vitest';
import type { SpanData } from '../check/probes.ts';
import { response } from '../testing/responses.ts';
import { rootOf, sent, spanIdOf, spanOf } from '../testing/trace-records.ts';
import { judgeParent, keepsRandomFlag } from './trace-context-parent.ts';
import type { ObservedCase } from './trace-context-suite.ts';

const { traceId, spanId, traceparent } = sent;
const ownSpan = '1'.repeat(16);

/** A request whose first span took it over. */
const observed = (spans: SpanData[], more: Partial<ObservedCase> = {}): ObservedCase => ({
  ...{ name: 'a case', traceparent, sent: traceparent, ids: sent, expect: 'continue', spans },
  ...(spans[0] ? { entry: spans[0] } : {}),
  ...more,
});
const returning = (header: string) => ({ response: response(200, '', { traceparent: header }) });
const judge = (spans: SpanData[], more: Partial<ObservedCase> = {}, others: ObservedCase[] = []) => {
  const each = observed(spans, more);
  return judgeParent(each, [each, ...others]);
};

describe('the parent of a continued trace', () => {
  test.each<[string, SpanData[]]>([
    ['below the span that was sent', [spanOf('a')]],
    [
      'below a span of a proxy that is below the sent one',
      [
        spanOf('a', { parentSpanId: spanIdOf('b') }),
        spanOf('b', { service: 'proxy' }),
        spanOf('c', { kind: 'client', parentSpanId: spanIdOf('a') }),
      ],
    ],
    [
      'two spans of one service',
      [spanOf('a', { service: 'api' }), spanOf('b', { service: 'api', kind: 'server' })],
    ],
    [
      'a span that is no server of another service',
      [spanOf('a', { service: 'api' }), spanOf('b', { service: 'other', kind: 'internal' })],
    ],
    [
      'another service below the API',
      [spanOf('a', { service: 'api' }), spanOf('b', { service: 'other', parentSpanId: spanIdOf('a') })],
    ],
  ])('%s', (_, spans) => {
    expect(judge(spans)).toBeUndefined();
  });

  test('lost', () => {
    const expected = `a span of its own below ${spanId}, with a case`;
    const lost = (actual: string) => ({ code: 'parent-lost', expected, actual });
    expect(judge([spanOf('a', { parentSpanId: ownSpan })])).toEqual(lost(`"a" is below ${ownSpan}`));
    expect(judge([rootOf('a')])).toEqual(lost('"a" is below nothing'));
    expect(judge([rootOf('a'), spanOf('b')])).toEqual(lost('"a" is below nothing'));
  });

  test('unchanged in a span', () => {
    const same = spanOf('b', { spanId, parentSpanId: spanId });
    expect(judge([same])).toEqual({
      code: 'parent-unchanged',
      expected: `a span of its own below ${spanId}, with a case`,
      actual: '"b" has the span ID of its caller',
    });
    expect(judge([spanOf('a'), same])?.code).toBe('parent-unchanged');
  });

  test('forwarded to another service', () => {
    const found = (service: Partial<SpanData>) =>
      judge([spanOf('a', { service: 'api' }), spanOf('b', { kind: 'server', ...service })]);
    expect(found({ service: 'songs' })).toEqual({
      code: 'parent-forwarded',
      expected: `one span below ${spanId}, with a case`,
      actual: '"b" of songs is below it as well: the API passed the header on as it came',
    });
    expect(found({})?.actual).toContain('"b" of another service');
  });

  test('of a trace that is to begin anew is not judged', () => {
    expect(judge([spanOf('a', { spanId })], { expect: 'restart' })).toBeUndefined();
    expect(judge([], { expect: 'restart', ...returning(traceparent) })).toBeUndefined();
  });
});

describe('without spans', () => {
  test('a header that comes back as it was sent names the span of the caller', () => {
    const unchanged = {
      code: 'parent-unchanged',
      expected: `a span of its own below ${spanId}, with a case`,
      actual: 'the response names the span of its caller as the span of the API',
    };
    expect(judge([], returning(traceparent))).toEqual(unchanged);
    expect(judge([], returning(traceparent.toUpperCase()))).toEqual(unchanged);
    expect(judge([], returning(traceparent), [observed([], returning(''))])).toEqual(unchanged);
  });

  test.each<[string, Partial<ObservedCase>]>([
    ['another span comes back', returning(`00-${traceId}-${ownSpan}-01`)],
    ['no header comes back', { response: response(200) }],
    ['no answer comes', {}],
  ])('%s: nothing is known', (_, more) => {
    expect(judge([], more)).toBeUndefined();
  });

  test('spans of other requests show that the header is only copied', () => {
    expect(judge([], returning(traceparent), [observed([spanOf('a')])])).toBeUndefined();
  });
});

describe('the random flag', () => {
  const flags = (of: number | undefined, more: Partial<ObservedCase> = {}) =>
    keepsRandomFlag(observed([spanOf('a', of === undefined ? {} : { flags: of })], more));
  const returned = (header: string, of?: number) => flags(of, returning(header));

  test('of the span', () => {
    expect([3, 2, 1, 0, 0x103].map((each) => flags(each))).toEqual([true, true, false, false, true]);
    expect(flags(undefined)).toBeUndefined();
  });

  test.each([
    [`00-${traceId}-${ownSpan}-03`, true],
    [`00-${traceId}-${ownSpan}-0a`, true],
    [`00-${traceId}-${ownSpan}-01`, false],
    // Of another trace, as it was sent, or no header of version 00.
    [`00-${'e'.repeat(32)}-${ownSpan}-03`, undefined],
    [traceparent, undefined],
    [`01-${traceId}-${ownSpan}-03`, undefined],
    [`x00-${traceId}-${ownSpan}-03`, undefined],
    [`00-${traceId}-${ownSpan}-03-x`, undefined],
  ])('of the response %s', (header, kept) => {
    expect(returned(header)).toBe(kept);
    expect(keepsRandomFlag(observed([], returning(header)))).toBe(kept);
  });

  test('of the span is preferred', () => {
    expect(returned(`00-${traceId}-${ownSpan}-03`, 1)).toBe(false);
    expect(returned(`00-${traceId}-${ownSpan}-01`, 3)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import type { SpanData } from '../check/probes.ts';
import { renderWaterfall } from './waterfall.ts';

const sent = '00000000000000aa';
const idOf = (id: number) => id.toString(16).padStart(16, '0');
const span = (id: number, parent: string | undefined, rest: Partial<SpanData> = {}): SpanData => ({
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: idOf(id),
  ...(parent ? { parentSpanId: parent } : {}),
  name: `span ${id}`,
  kind: 'internal',
  service: 'meatymusic-api',
  startMs: 1000,
  durationMs: 10,
  status: 'unset',
  attributes: {},
  ...rest,
});

describe('renderWaterfall', () => {
  it('draws a tree below the sent span, children in the order in which they began', () => {
    const spans = [
      span(3, idOf(1), { name: 'redis.get', startMs: 1006, durationMs: 2 }),
      span(1, sent, { name: 'GET /health', durationMs: 10, status: 'ok' }),
      span(2, idOf(1), { name: 'pg.query', startMs: 1001, durationMs: 4, status: 'error' }),
    ];
    expect(`\n${renderWaterfall(spans, { columns: 90, expectedRootSpanId: sent })}\n`).toMatchInlineSnapshot(`
      "
      span           service            start    length  status
      00000000000000aa (sent)
      └ GET /health  meatymusic-api  +0.00 ms  10.00 ms  ok      |█████████████████████████████|
        ├ pg.query   meatymusic-api  +1.00 ms   4.00 ms  error   |  ████████████               |
        └ redis.get  meatymusic-api  +6.00 ms   2.00 ms          |                 ██████      |
      "
    `);
  });

  it('says which spans hang below nothing that was seen', () => {
    const spans = [span(1, sent), span(2, idOf(9)), span(3, undefined), span(4, idOf(5)), span(5, idOf(4))];
    const text = renderWaterfall(spans, { columns: 140, expectedRootSpanId: sent });
    expect(text.split('\n').map((line) => line.split('  meaty')[0]!.trimEnd())).toMatchInlineSnapshot(`
      [
        "span        service            start    length  status",
        "00000000000000aa (sent)",
        "└ span 1",
        "└ span 2",
        "  ← parent 0000000000000009 was never seen",
        "└ span 3",
        "  ← has no parent",
        "└ span 4",
        "  ← its parents form a ring",
        "  └ span 5",
      ]
    `);
  });

  it('keeps hostile names on their line', () => {
    const text = renderWaterfall([span(1, undefined, { name: 'a\n\u001b]52;c;x\u0007\u202eb' })]);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
  });

  it('counts what it does not draw', () => {
    const spans = Array.from({ length: 50 }, (_, index) => span(index + 1, undefined));
    expect(renderWaterfall(spans, { maxSpans: 3 }).split('\n').at(-1)).toBe('… 47 more spans');
  });

  it('draws a chain of 500 spans', () => {
    const spans = Array.from({ length: 500 }, (_, index) =>
      span(index + 1, index === 0 ? sent : idOf(index)),
    );
    expect(renderWaterfall(spans, { expectedRootSpanId: sent, maxSpans: 500 })).not.toContain('←');
  });

  it('says so where there is nothing', () => {
    expect(renderWaterfall([])).toBe('no spans');
  });
});

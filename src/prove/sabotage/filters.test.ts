import { describe, expect, it } from 'vitest';
import type { SpanData, SpansProbe } from '../../check/probes.ts';
import { sabotageLog } from './log-filter.ts';
import { sabotageSpans } from './span-filter.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const line = JSON.stringify({ msg: 'ready', trace_id: traceId, span_id: 'b7ad6b7169203331', port: 8000 });

async function logAfter(
  change: Parameters<typeof sabotageLog>[1],
  text = `${line}\n{\n  traceId: '${traceId}'\n}\n`,
) {
  const access = sabotageLog(
    {
      source: 'api.log',
      async *open() {
        // In the middle of a line and of a character.
        const bytes = Buffer.from(text);
        yield bytes.subarray(0, 11);
        yield bytes.subarray(11);
      },
    },
    change,
  );
  let read = '';
  for await (const chunk of access.open()) read += Buffer.from(chunk).toString();
  return read;
}

describe('sabotageLog', () => {
  const printedSpan = `{\n  traceId: '${traceId}'\n}\n`;

  it('drops every line', async () => {
    expect(await logAfter('drop')).toBe('');
  });

  it('makes plain text of structured lines, and leaves printed spans', async () => {
    expect(await logAfter('plain-text')).toBe(`INFO: ready\n${printedSpan}`);
  });

  it('strips trace IDs', async () => {
    expect(await logAfter('strip-trace-ids')).toBe(`{"msg":"ready","port":8000}\n${printedSpan}`);
  });

  it('replaces trace IDs by others of the same form', async () => {
    const [first = ''] = (await logAfter('other-trace-ids')).split('\n');
    expect(JSON.parse(first).trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(first).not.toContain(traceId);
  });
});

describe('sabotageSpans', () => {
  const span = {
    traceId,
    spanId: 'b7ad6b7169203331',
    parentSpanId: 'c8be7c8270314442',
    name: 'GET /',
  } as SpanData;
  const probe: SpansProbe = {
    available: async () => ({ available: true, source: 'x' }),
    find: async () => ({ source: 'x', scanned: 1, spans: [span] }),
  };
  const spansOf = async (change: Parameters<typeof sabotageSpans>[1], over: Partial<SpanData>) => {
    const find = async () => ({ source: 'x', scanned: 1, spans: [{ ...span, ...over }] });
    return (await sabotageSpans({ ...probe, find }, change).find({})).spans;
  };
  const spans = async (change: Parameters<typeof sabotageSpans>[1], query = {}) =>
    (await sabotageSpans(probe, change).find(query)).spans;

  it('drops, moves or orphans them', async () => {
    expect(await spans('drop')).toEqual([]);
    expect(await spans('other-trace-ids', { traceId })).toEqual([]);
    expect((await spans('other-trace-ids'))[0]?.traceId).not.toBe(traceId);
    expect((await spans('orphan'))[0]?.parentSpanId).not.toBe(span.parentSpanId);
  });

  it('parts the calls of clients from the trace', async () => {
    const [own] = await spansOf('part-clients', { kind: 'server' });
    const [call] = await spansOf('part-clients', { kind: 'client' });
    expect(own?.traceId).toBe(traceId);
    expect(call?.traceId).not.toBe(traceId);
    expect(call?.parentSpanId).toBeUndefined();
  });

  it('changes identity, services and tracestate', async () => {
    expect((await spans('same-id'))[0]?.spanId).toBe(span.parentSpanId);
    const both = await spansOf('second-service', { kind: 'server', service: 'api' });
    expect(both.map(({ service }) => service)).toEqual(['api', 'another-service']);
    const state = async (change: Parameters<typeof sabotageSpans>[1], traceState: string) =>
      (await spansOf(change, { traceState }))[0]?.traceState;
    expect(await state('reverse-state', 'a=1,b=2')).toBe('b=2,a=1');
    expect(await state('illegal-state', 'a=1')).toBe('a=1,ILLEGAL=1');
    expect(await state('kept-state', '')).toBe('rojo=1');
  });
});

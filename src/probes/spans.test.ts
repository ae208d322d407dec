import { expect, test } from 'vitest';
import type { SpanData } from '../check/probes.ts';
import { testProbeContext, testStack } from '../testing/probe-context.ts';
import type { SpanAccess } from './context.ts';
import { createSpansProbe } from './spans.ts';

const traceId = 'a'.repeat(32);
const span = { traceId, spanId: 'b'.repeat(16), startMs: 1, attributes: {} } as unknown as SpanData;

/** A receiver that has the span at its fifth look. */
function late(over: Partial<SpanAccess> = {}): SpanAccess {
  let looks = 0;
  return { source: 'receiver', collected: () => (++looks < 5 ? [] : [span]), ...over };
}

test('waits for an exporter that is in back-off, where the run has just started the receiver', async () => {
  const found = async (spans: SpanAccess) => {
    const context = testProbeContext({ spans });
    try {
      return (await createSpansProbe(context).find({ traceId, withinMs: 1 })).spans.length;
    } finally {
      await context.close();
    }
  };
  expect(await found(late({ startedMs: Date.now() }))).toBe(1);
  expect(await found(late())).toBe(0);
  expect(await found(late({ startedMs: Date.now() - 60_000 }))).toBe(0);
});

test('names the address to which the services export where nothing is received from it', async () => {
  const stack = { ...testStack, telemetry: { otlpEndpoint: 'http://collector:4318' } };
  const logs = { api: { source: 'api.log', async *open() {} } };
  const availableIn = async (over: Parameters<typeof testProbeContext>[0]) => {
    const context = testProbeContext(over);
    try {
      return await createSpansProbe(context).available();
    } finally {
      await context.close();
    }
  };
  expect(await availableIn({ stack, logs })).toMatchObject({ elsewhere: 'http://collector:4318' });
  expect(await availableIn({ stack, logs, spans: late() })).not.toHaveProperty('elsewhere');
});

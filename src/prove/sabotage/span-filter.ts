import type { SpanData, SpansProbe } from '../../check/probes.ts';
import type { Sabotage } from '../../check/sabotage.ts';
import { otherId } from './log-filter.ts';

type SpanChange = Extract<Sabotage, { kind: 'spans' }>['change'];

const nowhere = 'f0f0f0f0f0f0f0f0';

/** The collected spans, changed on their way to the check. It waits as long as it would for real ones. */
export function sabotageSpans(probe: SpansProbe, change: SpanChange): SpansProbe {
  return {
    available: () => probe.available(),
    async find(query) {
      const found = await probe.find(query);
      return { ...found, spans: changeSpans(found.spans, change, query.traceId) };
    },
  };
}

function changeSpans(spans: readonly SpanData[], change: SpanChange, wanted: string | undefined): SpanData[] {
  switch (change) {
    case 'drop':
      return [];
    case 'other-trace-ids':
      // Whoever asks for one trace finds nothing, because all are of others now.
      return wanted === undefined ? spans.map((span) => ({ ...span, traceId: otherId(span.traceId) })) : [];
    case 'orphan':
      return spans.map((span) => (span.parentSpanId ? { ...span, parentSpanId: nowhere } : span));
  }
}

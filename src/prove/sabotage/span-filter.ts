import type { SpanData, SpansProbe } from '../../check/probes.ts';
import type { SpanChange } from '../../check/sabotage.ts';
import { otherId } from './log-filter.ts';

const nowhere = 'f0f0f0f0f0f0f0f0';

/** The collected spans, changed on their way to the check. It waits as long as it would for real ones. */
export function sabotageSpans(probe: SpansProbe, change: SpanChange): SpansProbe {
  return {
    available: () => probe.available(),
    async find(query) {
      const found = await probe.find(query);
      const { traceId } = query;
      const spans = changeSpans(found.spans, change, traceId);
      return { ...found, spans: traceId ? spans.filter((span) => span.traceId === traceId) : spans };
    },
  };
}

function changeSpans(spans: readonly SpanData[], change: SpanChange, wanted: string | undefined): SpanData[] {
  switch (change) {
    case 'drop':
      return [];
    case 'other-trace-ids':
      // A query for one trace finds nothing, because all are of others now.
      return wanted === undefined ? spans.map((span) => ({ ...span, traceId: otherId(span.traceId) })) : [];
    case 'part-clients':
      return spans.map((span) =>
        span.kind === 'client' ? { ...withoutParent(span), traceId: otherId(span.traceId) } : span,
      );
    case 'same-id':
      return spans.map((span) => ({ ...span, spanId: span.parentSpanId ?? span.spanId }));
    case 'second-service':
      return spans.flatMap((span) => (span.kind === 'server' ? [span, twinOf(span)] : [span]));
    case 'reverse-state':
      return spans.map((span) => withState(span, (state) => state.split(',').reverse().join(',')));
    case 'illegal-state':
      return spans.map((span) => withState(span, (state) => (state ? `${state},ILLEGAL=1` : state)));
    case 'kept-state':
      return spans.map((span) => withState(span, (state) => state || 'rojo=1'));
    case 'orphan':
      return spans.map((span) => (span.parentSpanId ? { ...span, parentSpanId: nowhere } : span));
  }
}

function withoutParent({ parentSpanId: _, ...span }: SpanData): SpanData {
  return span;
}

function twinOf(span: SpanData): SpanData {
  return { ...span, spanId: otherId(span.spanId.repeat(2)).slice(0, 16), service: 'another-service' };
}

function withState(span: SpanData, change: (state: string) => string): SpanData {
  return span.traceState === undefined ? span : { ...span, traceState: change(span.traceState) };
}

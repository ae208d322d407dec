import type { SpanData } from '../check/probes.ts';

/** How the spans of one trace hang together below the span that the caller sent. */
export interface TraceTree {
  /** Spans whose parent is the sent span: where the service took the trace over. */
  entries: SpanData[];
  /** Spans without a parent: they began a trace of their own with this ID. */
  roots: SpanData[];
  /** Spans whose parent was never seen. */
  orphans: SpanData[];
  /** Spans that cannot be reached from the sent span, and are neither roots nor orphans: their parents form a ring. */
  rings: SpanData[];
  /** Spans below the sent one. */
  reached: number;
}

export function buildTraceTree(spans: readonly SpanData[], sentSpanId: string): TraceTree {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const childrenOf = byParent(spans);
  const entries = childrenOf.get(sentSpanId) ?? [];
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  const orphans = spans.filter(
    ({ parentSpanId }) =>
      parentSpanId !== undefined && parentSpanId !== sentSpanId && !known.has(parentSpanId),
  );
  const reached = descendants(entries, childrenOf);
  const accounted = new Set([...reached, ...descendants([...roots, ...orphans], childrenOf)]);
  const rings = spans.filter((span) => !accounted.has(span));
  return { entries, roots, orphans, rings, reached: reached.size };
}

type Children = Map<string | undefined, SpanData[]>;

/** All spans below the given ones, and these. */
function descendants(from: readonly SpanData[], childrenOf: Children): Set<SpanData> {
  const seen = new Set<SpanData>();
  const open = [...from];
  for (let span = open.pop(); span; span = open.pop()) {
    if (seen.has(span)) continue;
    seen.add(span);
    open.push(...(childrenOf.get(span.spanId) ?? []));
  }
  return seen;
}

function byParent(spans: readonly SpanData[]): Children {
  const groups: Children = new Map();
  for (const span of spans) {
    const group = groups.get(span.parentSpanId);
    if (group) group.push(span);
    else groups.set(span.parentSpanId, [span]);
  }
  return groups;
}

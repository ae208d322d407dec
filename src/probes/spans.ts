import type { SpanData, SpanQuery, SpansProbe } from '../check/probes.ts';
import type { LogAccess } from '../logs/access.ts';
import { readLog } from '../logs/read-log.ts';
import type { ProbeContext } from './context.ts';
import { pollUntil } from './poll.ts';

const defaultLimit = 500;
/**
 * Longest time until an exporter sends to a receiver that was started just now: the pause between its attempts (up to 6 s),
 * and the schedule of the batch processor behind it (5 s).
 */
const exporterReturnsMs = 12_000;

/** Spans from the run's own OTLP receiver and from what console exporters print into the services' logs. */
export function createSpansProbe(context: ProbeContext): SpansProbe {
  const logs = [context.logs.api, context.logs.web].filter((access) => access !== undefined);
  const sources = [...(context.spans ? [context.spans.source] : []), ...logs.map(({ source }) => source)];
  const source = sources.join(', ');

  const look = async (query: SpanQuery): Promise<{ scanned: number; spans: SpanData[] }> => {
    const received = context.spans?.collected() ?? [];
    const printed = await Promise.all(logs.map((access) => printedSpans(access, query, context)));
    const spans = distinct([...received, ...printed.flatMap((each) => each.spans)]);
    return {
      scanned: received.length + printed.reduce((sum, each) => sum + each.scanned, 0),
      spans: spans.filter((span) => matches(span, query)),
    };
  };

  return {
    async available() {
      const { otlpEndpoint } = context.stack.telemetry;
      const elsewhere = otlpEndpoint && !context.spans ? { elsewhere: otlpEndpoint } : {};
      if (sources.length > 0) return { available: true, source, ...elsewhere };
      return {
        available: false,
        source: '',
        enable:
          'set services.api.log in meatymusic.config, or OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 for the services and for this command: it takes their spans in there',
      };
    },

    async find(query) {
      const wanted = query.atLeast ?? 1;
      const { startedMs } = context.spans ?? {};
      const withinMs = query.withinMs ?? 0;
      // Until the first span has arrived, the exporter may still wait after the attempts that found no receiver.
      const isNew = startedMs !== undefined && withinMs > 0 && context.spans?.collected().length === 0;
      const extendedMs = isNew ? startedMs + exporterReturnsMs - context.clock.now() : 0;
      const { scanned, spans } = await pollUntil(
        () => look(query),
        (found) => found.spans.length >= wanted,
        context,
        { what: `spans in ${source}`, withinMs: Math.max(withinMs, extendedMs), code: 'SPANS_UNREADABLE' },
      );
      return { source, scanned, spans: spans.slice(0, query.limit ?? defaultLimit) };
    },
  };
}

async function printedSpans(access: LogAccess, query: SpanQuery, context: ProbeContext) {
  const spans: SpanData[] = [];
  let scanned = 0;
  await readLog(access, query, context, {
    span(span) {
      scanned += 1;
      if (matches(span, query)) spans.push(span);
    },
  });
  return { scanned, spans };
}

function matches(span: SpanData, { traceId, sinceMs, service }: SpanQuery): boolean {
  return (
    (traceId === undefined || span.traceId === traceId) &&
    (sinceMs === undefined || span.startMs >= sinceMs) &&
    // A printed span without a resource may be of any service.
    (service === undefined || span.service === undefined || span.service === service)
  );
}

/** A span that was both printed and exported counts once. */
function distinct(spans: readonly SpanData[]): SpanData[] {
  const byId = new Map(spans.map((span) => [`${span.traceId}:${span.spanId}`, span]));
  return [...byId.values()].sort((a, b) => a.startMs - b.startMs);
}

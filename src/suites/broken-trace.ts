import type { FollowedRequest } from './follow-request.ts';
import { lostClientSpans, namesOf, systemOf } from './leaked-context.ts';
import { describeLine, traceInHeaders } from './sent-ids.ts';
import { buildTraceTree } from './trace-tree.ts';

/** Returns where the spans of a request do not form one tree below the span that was sent. */
export function breakInSpans(
  { sent, spans: { spans, inOtherTraces } }: FollowedRequest,
  serviceName: string,
  all: readonly FollowedRequest[],
) {
  if (spans.length === 0) return undefined;
  const { entries, roots, orphans, rings } = buildTraceTree(spans, sent.spanId);
  // The first hop is where it breaks: later ones may be lost for the same reason.
  const [loose] = [...roots, ...orphans, ...rings].sort((a, b) => a.startMs - b.startMs);
  const expected = `one tree below the sent span ${sent.spanId}`;
  if (loose) {
    const actual = `"${loose.name}"${loose.service ? ` of ${loose.service}` : ''} is below ${loose.parentSpanId ?? 'nothing'}`;
    return { code: 'broken-tree', expected, actual } as const;
  }
  if (inOtherTraces.length > 0) {
    return {
      code: 'in-another-trace',
      expected,
      actual: `the request has ${namesOf(inOtherTraces)}`,
    } as const;
  }
  const lost = lostContext(all);
  const isRepeated = all.every((each) => lostIn(each).length > 0);
  if (lost && isRepeated) return { code: 'in-another-trace', expected, actual: lost } as const;
  // A gateway in front of the API may export spans as well. A span that is printed without its resource may be the API's.
  const names = new Set(spans.map(({ service }) => service));
  if (!names.has(undefined) && !names.has(serviceName)) {
    const shown = [...names].map((name) => name || 'no service.name').join(', ');
    return {
      code: 'wrong-service',
      expected: `service.name ${serviceName}`,
      actual: `"${entries[0]?.name}" has ${shown}`,
    } as const;
  }
  return undefined;
}

/** Describes calls of database and cache in traces of their own during one of these requests. */
export function lostContext(all: readonly FollowedRequest[]): string | undefined {
  const lost = all.flatMap(lostIn);
  return lost.length > 0 ? `calls during the request are in other traces: ${namesOf(lost)}` : undefined;
}

/** Returns root spans of clients that ran during the request, of systems that its own trace has no span of. */
export function lostIn({ sent, spans }: FollowedRequest) {
  const own = [...spans.spans, ...spans.inOtherTraces];
  const [entry] = [...buildTraceTree(spans.spans, sent.spanId).entries, ...spans.inOtherTraces];
  const systems = new Set(own.map(systemOf));
  return lostClientSpans(entry, spans.recent).filter((span) => !systems.has(systemOf(span)));
}

/** Returns which log line of a request does not carry its trace. */
export function breakInLog({ sent, log }: FollowedRequest) {
  if (!log.available) return undefined;
  const expected = `every log line of the request carries ${sent.traceId} in a field of its own`;
  const [line] = log.linesWithoutTrace;
  if (log.records.length === 0) {
    const actual = line
      ? describeLine(line, sent)
      : `none of ${log.scanned} lines of ${log.source} is of the request`;
    return { code: 'not-logged', expected, actual } as const;
  }
  return line && ({ code: 'line-without-trace', expected, actual: describeLine(line, sent) } as const);
}

/** Returns why the response does not name the trace. */
export function breakInResponse({ sent, exchange }: FollowedRequest, wanted: readonly string[]) {
  if (wanted.length === 0) return undefined;
  const { carrying, other } = traceInHeaders(exchange.response?.headers ?? {}, sent, wanted);
  if (carrying.length > 0) return undefined;
  const expected = `one of ${wanted.join(', ')} names ${sent.traceId}`;
  const [first] = other;
  if (first) {
    return { code: 'other-trace-returned', expected, actual: `${first.name}: ${first.value}` } as const;
  }
  return { code: 'not-returned', expected, actual: 'none of them does' } as const;
}

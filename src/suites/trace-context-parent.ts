import type { ObservedCase } from './trace-context-suite.ts';

export interface ParentProblem {
  code: 'parent-lost' | 'parent-unchanged' | 'parent-forwarded';
  expected: string;
  actual: string;
}

/** Returns how the service treats the parent ID of a continued trace other than W3C Trace Context. */
export function judgeParent(each: ObservedCase, all: readonly ObservedCase[]): ParentProblem | undefined {
  const { ids, entry, name, response, sent } = each;
  if (each.expect === 'restart') return undefined;
  const expected = `a span of its own below ${ids.spanId}, with ${name}`;
  const unchanged = each.spans.find(({ spanId }) => spanId === ids.spanId);
  if (unchanged) {
    const actual = `"${unchanged.name}" has the span ID of its caller`;
    return { code: 'parent-unchanged', expected, actual };
  }
  if (!entry) {
    const isSentBack = response?.headers.traceparent?.toLowerCase() === sent.toLowerCase();
    // Where spans are seen, a header that comes back says nothing about what the API does with it.
    if (!isSentBack || all.some((other) => other.entry)) return undefined;
    const actual = 'the response names the span of its caller as the span of the API';
    return { code: 'parent-unchanged', expected, actual };
  }
  const below = each.spans.filter(({ parentSpanId }) => parentSpanId === ids.spanId);
  const known = new Set(each.spans.map(({ spanId }) => spanId));
  if (entry.parentSpanId !== ids.spanId && !known.has(entry.parentSpanId ?? '')) {
    const actual = `"${entry.name}" is below ${entry.parentSpanId ?? 'nothing'}`;
    return { code: 'parent-lost', expected, actual };
  }
  const further = below.find(({ kind, service }) => kind === 'server' && service !== below[0]?.service);
  if (!further) return undefined;
  const actual = `"${further.name}" of ${further.service ?? 'another service'} is below it as well: the API passed the header on as it came`;
  return { code: 'parent-forwarded', expected: `one span below ${ids.spanId}, with ${name}`, actual };
}

const randomFlag = 2;

/** Returns whether the random flag of level 2 was kept; `undefined` if the flags of the API are not seen. */
export function keepsRandomFlag({ entry, response, sent, ids }: ObservedCase): boolean | undefined {
  const returned = response?.headers.traceparent ?? '';
  const match = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/.exec(returned);
  const fromResponse =
    match?.[1] === ids.traceId && returned !== sent ? Number.parseInt(match[2] as string, 16) : undefined;
  const flags = entry?.flags ?? fromResponse;
  return flags === undefined ? undefined : (flags & randomFlag) !== 0;
}

import { described, mapOf, number, strictMap, v } from '../base/schema.ts';
import type { Json } from '../check/json.ts';
import type { SpanData } from '../check/probes.ts';

/**
 * Claims about the spans of a trace, as data: written in YAML or in code, judged here. A selection that selects nothing
 * is a failure, whatever is claimed of it.
 */
const matches = described(
  v.pipe(v.string(), v.check(isPattern, 'is not a regular expression')),
  'A regular expression',
);
const text = described(v.union([v.string(), strictMap({ matches })]), 'The text itself, or a pattern');
const range = strictMap({
  min: v.optional(described(number(), 'At least')),
  max: v.optional(described(number(), 'At most')),
});
const value = v.union([
  v.string(),
  number(),
  v.boolean(),
  strictMap({ matches }),
  strictMap({ exists: described(v.boolean(), 'Whether the attribute exists') }),
  range,
]);
const status = v.picklist(['unset', 'ok', 'error']);

const selectorFields = {
  service: v.optional(described(text, 'service.name of the resource')),
  name: v.optional(described(text, 'Name of the span')),
  kind: v.optional(
    described(v.picklist(['internal', 'server', 'client', 'producer', 'consumer']), 'Kind of the span'),
  ),
  status: v.optional(described(status, 'Status of the span')),
  attributes: v.optional(described(mapOf(value), 'Attributes that it must have')),
};

const plainSelector = strictMap(selectorFields);

export const spanSelectorSchema = strictMap({
  ...selectorFields,
  parent: v.optional(described(plainSelector, 'What its parent is')),
  ancestor: v.optional(described(plainSelector, 'What is somewhere above it')),
});

const bounds = v.union([number(), range]);

export const traceAssertionSchema = strictMap({
  select: v.optional(described(spanSelectorSchema, 'Which spans are meant; default: all'), {}),
  count: v.optional(described(bounds, 'How many they are; default: at least one')),
  attributes: v.optional(described(mapOf(value), 'Attributes that each of them has')),
  status: v.optional(described(status, 'Status that each of them has')),
  'duration-ms': v.optional(described(bounds, 'How long each of them took')),
  'total-duration-ms': v.optional(described(bounds, 'How long they took together')),
  before: v.optional(described(spanSelectorSchema, 'Spans that begin only after each of them has ended')),
  within: v.optional(described(spanSelectorSchema, 'A span that begins before and ends after each of them')),
});

export type SpanSelector = v.InferInput<typeof spanSelectorSchema>;
export type TraceAssertion = v.InferInput<typeof traceAssertionSchema>;

export interface TraceAssertionResult {
  ok: boolean;
  /** How many spans were looked at for it. */
  selected: number;
  /** The failed assertions, a sentence each. */
  failures: string[];
}

type Text = string | { matches: string };
type Value = v.InferInput<typeof value>;
type Bounds = number | { min?: number | undefined; max?: number | undefined };
type Plain = v.InferInput<typeof plainSelector>;

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'u') !== undefined;
  } catch {
    return false;
  }
}

/** Clocks of different machines, and times printed in milliseconds, may differ by this. */
const clockToleranceMs = 1;

export function selectSpans(spans: readonly SpanData[], selector: SpanSelector = {}): SpanData[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const parentOf = (span: SpanData) => (span.parentSpanId ? byId.get(span.parentSpanId) : undefined);
  return spans.filter((span) => {
    if (!fits(span, selector)) return false;
    if (selector.parent) {
      const parent = parentOf(span);
      if (!parent || !fits(parent, selector.parent)) return false;
    }
    return !selector.ancestor || hasAncestor(span, selector.ancestor, parentOf);
  });
}

export function assertTrace(spans: readonly SpanData[], assertion: TraceAssertion): TraceAssertionResult {
  const selected = selectSpans(spans, assertion.select);
  const failures: string[] = [];
  const wanted = assertion.count ?? { min: 1 };
  const none = selected.length === 0 && !allowsNone(assertion.count);
  if (none || !inBounds(selected.length, wanted)) {
    failures.push(
      `${selected.length} of ${spans.length} spans are ${describeSelector(assertion.select ?? {})}, ${describeBounds(wanted)} wanted`,
    );
  }
  for (const span of selected) failures.push(...failuresOf(span, assertion));
  if (assertion['total-duration-ms'] !== undefined) {
    const total = selected.reduce((sum, { durationMs }) => sum + durationMs, 0);
    if (!inBounds(total, assertion['total-duration-ms'])) {
      failures.push(
        `they take ${total} ms together, ${describeBounds(assertion['total-duration-ms'])} wanted`,
      );
    }
  }
  if (assertion.before) failures.push(...orderFailures(spans, selected, assertion.before));
  if (assertion.within) failures.push(...withinFailures(spans, selected, assertion.within));
  return { ok: failures.length === 0, selected: selected.length, failures };
}

/** Only a count that says so in as many words: `count: 0` or `count: {max: 0}`. */
function allowsNone(count: Bounds | undefined): boolean {
  return count === 0 || (typeof count === 'object' && count.max === 0);
}

function failuresOf(span: SpanData, assertion: TraceAssertion): string[] {
  const failures: string[] = [];
  const who = `"${span.name}" of ${span.service || 'an unnamed service'}`;
  for (const [name, wanted] of Object.entries(assertion.attributes ?? {})) {
    const found = Object.hasOwn(span.attributes, name) ? span.attributes[name] : undefined;
    if (!valueFits(found, wanted)) {
      failures.push(
        `${who} has ${name} ${found === undefined ? 'not at all' : JSON.stringify(found)}, ${JSON.stringify(wanted)} wanted`,
      );
    }
  }
  if (assertion.status && span.status !== assertion.status) {
    failures.push(`${who} has status ${span.status}, ${assertion.status} wanted`);
  }
  const duration = assertion['duration-ms'];
  if (duration !== undefined && !inBounds(span.durationMs, duration)) {
    failures.push(`${who} takes ${span.durationMs} ms, ${describeBounds(duration)} wanted`);
  }
  return failures;
}

function orderFailures(spans: readonly SpanData[], selected: SpanData[], selector: SpanSelector): string[] {
  const later = selectSpans(spans, selector);
  if (later.length === 0) return [`no span is ${describeSelector(selector)}, so nothing comes after`];
  const firstMs = Math.min(...later.map(({ startMs }) => startMs));
  return selected
    .filter(({ startMs, durationMs }) => startMs + durationMs > firstMs + clockToleranceMs)
    .map(({ name }) => `"${name}" has not ended when the first ${describeSelector(selector)} begins`);
}

function withinFailures(spans: readonly SpanData[], selected: SpanData[], selector: SpanSelector): string[] {
  const outer = selectSpans(spans, selector);
  if (outer.length === 0) return [`no span is ${describeSelector(selector)}, so nothing is within it`];
  return selected
    .filter((span) => !outer.some((each) => encloses(each, span)))
    .map(({ name }) => `"${name}" does not run within ${describeSelector(selector)}`);
}

function encloses(outer: SpanData, inner: SpanData): boolean {
  return (
    outer.startMs <= inner.startMs + clockToleranceMs &&
    outer.startMs + outer.durationMs >= inner.startMs + inner.durationMs - clockToleranceMs
  );
}

function hasAncestor(
  span: SpanData,
  selector: Plain,
  parentOf: (span: SpanData) => SpanData | undefined,
): boolean {
  const seen = new Set([span]);
  for (let above = parentOf(span); above && !seen.has(above); above = parentOf(above)) {
    if (fits(above, selector)) return true;
    seen.add(above);
  }
  return false;
}

function fits(span: SpanData, { service, name, kind, status, attributes = {} }: Plain): boolean {
  return (
    (service === undefined || (span.service !== undefined && textFits(span.service, service))) &&
    (name === undefined || textFits(span.name, name)) &&
    (kind === undefined || span.kind === kind) &&
    (status === undefined || span.status === status) &&
    Object.entries(attributes).every(([key, wanted]) =>
      valueFits(Object.hasOwn(span.attributes, key) ? span.attributes[key] : undefined, wanted),
    )
  );
}

function textFits(found: string, wanted: Text): boolean {
  return typeof wanted === 'string' ? found === wanted : new RegExp(wanted.matches, 'u').test(found);
}

function valueFits(found: Json | undefined, wanted: Value): boolean {
  if (typeof wanted !== 'object')
    return found === wanted || (found !== undefined && String(found) === String(wanted));
  if ('exists' in wanted) return (found !== undefined) === wanted.exists;
  if ('matches' in wanted)
    return found !== undefined && found !== null && new RegExp(wanted.matches, 'u').test(String(found));
  return typeof found === 'number' && inBounds(found, wanted);
}

function inBounds(found: number, wanted: Bounds): boolean {
  if (typeof wanted === 'number') return found === wanted;
  return found >= (wanted.min ?? -Infinity) && found <= (wanted.max ?? Infinity);
}

function describeBounds(wanted: Bounds): string {
  if (typeof wanted === 'number') return `${wanted}`;
  const parts = [
    wanted.min === undefined ? '' : `at least ${wanted.min}`,
    wanted.max === undefined ? '' : `at most ${wanted.max}`,
  ];
  return parts.filter(Boolean).join(' and ') || 'any';
}

function describeSelector(selector: SpanSelector): string {
  const entries = Object.entries(selector).filter(([, wanted]) => wanted !== undefined);
  if (entries.length === 0) return 'there';
  return entries
    .map(([key, wanted]) => `${key} ${typeof wanted === 'string' ? wanted : JSON.stringify(wanted)}`)
    .join(', ');
}

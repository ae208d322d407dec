import { formatDuration } from '../base/duration.ts';
import { safeLine } from '../base/safe-text.ts';
import type { SpanData } from '../check/probes.ts';

export interface WaterfallOptions {
  /** Width to fill. Default 100, least 60. */
  columns?: number;
  /** The span that the request was sent under; the tree is expected to hang below it. */
  expectedRootSpanId?: string;
  /** More spans than this are counted, not drawn. Default 40. */
  maxSpans?: number;
}

const deepestIndent = 40;

/** The spans of one trace as text: a tree on the left, when each ran on the right, and what does not hang together. */
export function renderWaterfall(
  spans: readonly SpanData[],
  { columns = 100, expectedRootSpanId, maxSpans = 40 }: WaterfallOptions = {},
): string {
  if (spans.length === 0) return 'no spans';
  const ordered = arrangeSpans(spans, expectedRootSpanId);
  const drawn = ordered.slice(0, maxSpans);
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.startMs + span.durationMs));
  const head = ['span', 'service', 'start', 'length', 'status'];
  const rows = drawn.map(({ span, label }) => [
    label,
    safeLine(span.service, 30),
    `+${formatShort(span.startMs - startMs)}`,
    formatShort(span.durationMs),
    span.status === 'unset' ? '' : span.status,
  ]);
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]!.length)));
  const left = Math.max(60, columns) - widths.slice(1).reduce((sum, width) => sum + width + 2, 0) - 2;
  widths[0] = Math.min(widths[0]!, Math.max(20, Math.floor(left * 0.7)));
  const barWidth = Math.min(40, left - widths[0]!);
  const line = (cells: string[], bar: string) =>
    [...cells.map((cell, index) => column(cell, widths[index]!, index === 2 || index === 3)), bar]
      .join('  ')
      .trimEnd();
  return [
    line(head, ''),
    ...(expectedRootSpanId ? [`${expectedRootSpanId} (sent)`] : []),
    ...rows.flatMap((row, index) => {
      const { span, note } = drawn[index]!;
      return [line(row, drawBar(span, startMs, endMs, barWidth)), ...(note ? [`  ${note}`] : [])];
    }),
    ...(ordered.length > drawn.length ? [`… ${ordered.length - drawn.length} more spans`] : []),
  ].join('\n');
}

export interface PlacedSpan {
  span: SpanData;
  label: string;
  /** Where the thread breaks, on a line of its own. */
  note: string;
}

/** Depth first; children in the order in which they began. What does not hang below the sent span comes last, with the reason. */
export function arrangeSpans(
  spans: readonly SpanData[],
  expectedRootSpanId: string | undefined,
): PlacedSpan[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const children = new Map<string, SpanData[]>();
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const parent = span.parentSpanId ?? '';
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const placed: PlacedSpan[] = [];
  const seen = new Set<SpanData>();
  const place = (span: SpanData, indent: string, last: boolean, note = '') => {
    if (seen.has(span)) return;
    seen.add(span);
    placed.push({ span, label: `${indent}${last ? '└ ' : '├ '}${safeLine(span.name, 60)}`, note });
    const below = children.get(span.spanId) ?? [];
    const deeper = indent.length < deepestIndent ? `${indent}${last ? '  ' : '│ '}` : indent;
    below.forEach((child, index) => {
      place(child, deeper, index === below.length - 1);
    });
  };
  const entries = expectedRootSpanId ? (children.get(expectedRootSpanId) ?? []) : [];
  entries.forEach((span, index) => {
    place(span, '', index === entries.length - 1);
  });
  for (const span of spans) {
    const parent = span.parentSpanId;
    if (parent === undefined) place(span, '', true, expectedRootSpanId ? '← has no parent' : '');
    else if (!known.has(parent)) place(span, '', true, `← parent ${safeLine(parent, 32)} was never seen`);
  }
  for (const span of spans) place(span, '', true, '← its parents form a ring');
  return placed;
}

function drawBar(span: SpanData, startMs: number, endMs: number, width: number): string {
  if (width < 10) return '';
  const inner = width - 2;
  const scale = inner / Math.max(endMs - startMs, 0.001);
  const before = Math.min(inner - 1, Math.floor((span.startMs - startMs) * scale));
  const length = Math.max(1, Math.min(inner - before, Math.round(span.durationMs * scale)));
  return `|${' '.repeat(before)}${'█'.repeat(length)}${' '.repeat(inner - before - length)}|`;
}

export function formatShort(ms: number): string {
  return ms < 100 ? `${ms.toFixed(2)} ms` : formatDuration(ms);
}

function column(text: string, width: number, right: boolean): string {
  if (text.length > width) return `${text.slice(0, width - 1)}…`;
  return right ? text.padStart(width) : text.padEnd(width);
}

/** The same as lines, for the reports. */
export function waterfall(
  spans: readonly SpanData[],
  columns: number,
  expectedRootSpanId?: string,
): string[] {
  return renderWaterfall(spans, { columns, ...(expectedRootSpanId ? { expectedRootSpanId } : {}) }).split(
    '\n',
  );
}

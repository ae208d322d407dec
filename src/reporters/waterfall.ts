import { formatDuration } from '../base/duration.ts';
import { safeLine } from '../base/safe-text.ts';
import type { SpanData } from '../check/probes.ts';

/**
 * A trace as text, one line a span: who did what, when from the start of the trace, how long. Children are indented
 * below their parents; a span whose parent is not there is marked, because that is where the thread breaks.
 */
export function waterfall(
  spans: readonly SpanData[],
  columns: number,
  expectedRootSpanId?: string,
): string[] {
  if (spans.length === 0) return ['no spans'];
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.startMs + span.durationMs));
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const byStart = [...spans].sort((a, b) => a.startMs - b.startMs);
  const childrenOf = (id: string) => byStart.filter(({ parentSpanId }) => parentSpanId === id);
  const roots = byStart.filter(({ parentSpanId }) => !parentSpanId || !ids.has(parentSpanId));
  const seen = new Set<string>();
  const lines = [`trace ${spans[0]?.traceId ?? ''}`];
  const barWidth = columns >= 100 ? 20 : 0;
  const add = (span: SpanData, depth: number): void => {
    if (seen.has(span.spanId)) return;
    seen.add(span.spanId);
    const fromMs = span.startMs - startMs;
    const marks = [
      span.status === 'error' ? '✖ error' : '',
      depth === 0 && span.parentSpanId && span.parentSpanId !== expectedRootSpanId
        ? `◄ parent ${span.parentSpanId} is not there`
        : '',
    ].filter(Boolean);
    const who = `${'  '.repeat(Math.min(depth, 12))}${span.service} · ${span.name}`;
    const when = `+${formatDuration(fromMs)}  ${formatDuration(span.durationMs)}${marks.length ? `  ${marks.join(' ')}` : ''}`;
    const bar = barWidth > 0 ? `${barOf(fromMs, span.durationMs, endMs - startMs, barWidth)}  ` : '';
    const room = Math.max(20, columns - bar.length - when.length - 2);
    lines.push(`${bar}${safeLine(who, room).padEnd(Math.min(room, 48))}  ${safeLine(when, 120)}`);
    for (const child of childrenOf(span.spanId)) add(child, depth + 1);
  };
  for (const root of roots) add(root, 0);
  for (const span of byStart) add(span, 0);
  return lines;
}

function barOf(fromMs: number, durationMs: number, totalMs: number, width: number): string {
  const scale = totalMs > 0 ? width / totalMs : 0;
  const from = Math.min(width - 1, Math.floor(fromMs * scale));
  const length = Math.max(1, Math.min(width - from, Math.round(durationMs * scale)));
  return `${'·'.repeat(from)}${'█'.repeat(length)}${'·'.repeat(width - from - length)}`;
}

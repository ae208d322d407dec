import type { SpanData } from '../../check/probes.ts';
import { arrangeSpans, formatShort } from '../waterfall.ts';
import { html, type Markup } from './markup.ts';

const mostSpans = 100;
const rowHeight = 22;
/** Widths in user units of the drawing; it scales to its place. */
const labelWidth = 420;
const barWidth = 460;
const timeWidth = 100;

/** The spans of one trace as a drawing: a tree on the left, bars in the colour of their service, and a mark where a hop is missing. */
export function traceMarkup(spans: readonly SpanData[], expectedRootSpanId: string | undefined): Markup {
  if (spans.length === 0) return html`<p>no spans</p>`;
  const placed = arrangeSpans(spans, expectedRootSpanId);
  const drawn = placed.slice(0, mostSpans);
  const services = [...new Set(spans.map(({ service }) => service))];
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const scale = barWidth / Math.max(...spans.map((span) => span.startMs + span.durationMs - startMs), 0.001);
  const rows = drawn.map(({ span, label, note }, index) => {
    const x = labelWidth + (span.startMs - startMs) * scale;
    const width = Math.max(2, span.durationMs * scale);
    const colour = services.indexOf(span.service) % colours;
    const y = index * rowHeight;
    return html`<g class="${note !== '' && 'cut'} ${span.status === 'error' && 'error'}"><text x="0" y="${y + 15}">${shortened(label)}</text><rect class="s${colour}" x="${x.toFixed(1)}" y="${y + 4}" width="${width.toFixed(1)}" height="14" rx="2"><title>${span.service}: ${span.name}, ${formatShort(span.durationMs)}</title></rect><text class="time" x="${labelWidth + barWidth + timeWidth}" y="${y + 15}">${formatShort(span.durationMs)}</text></g>`;
  });
  const notes = drawn.filter(({ note }) => note !== '');
  const legend = services.map((name, index) => html`<li class="s${index % colours}">${name}</li>`);
  const summary = `${spans.length} spans of ${services.join(', ')}`;
  return html`<ul class="legend">${legend}</ul>
<div class="scroll" tabindex="0" role="group" aria-label="Trace"><svg role="img" aria-label="${summary}" viewBox="0 0 ${labelWidth + barWidth + timeWidth} ${drawn.length * rowHeight}">${rows}</svg></div>${notes.map(
    ({ span, note }) => html`<p class="cut">${span.service}: ${span.name} ${note}</p>`,
  )}${placed.length > drawn.length && html`<p>and ${placed.length - drawn.length} more spans</p>`}`;
}

/** Colours of services in the style; further services start again. */
const colours = 6;

const shortened = (label: string) => (label.length > 52 ? `${label.slice(0, 51)}…` : label);

import { formatDuration } from '../../base/duration.ts';
import { counted } from '../../check/counted.ts';
import type { Evidence } from '../../check/evidence.ts';
import type { HttpExchange } from '../../check/probes.ts';
import type { Look } from '../../check/reporter.ts';
import { html, type Markup } from './markup.ts';
import { traceMarkup } from './trace.ts';

/** Longer texts are cut here; the whole is in `--reporter json`. */
const longest = 4000;
const mostRows = 50;

/** What a check saw, as a figure with a caption. */
export function evidenceMarkup(evidence: Evidence, look: Look): Markup {
  switch (evidence.kind) {
    case 'fact':
      return html`<p class="fact"><span>${evidence.label}</span> ${cut(evidence.value)}</p>`;
    case 'http':
      return exchange(evidence.label, evidence.exchange);
    case 'query':
      return figure(
        `${evidence.label}: ${counted(evidence.rowCount, 'row')}`,
        html`<pre tabindex="0">${cut(evidence.statement)}${evidence.rows.slice(0, mostRows).map((row) => `\n→ ${cut(JSON.stringify(row))}`)}</pre>`,
      );
    case 'lines':
      return figure(
        `${evidence.label}: ${evidence.source} (${counted(evidence.total, 'line')})`,
        html`<pre tabindex="0">${evidence.lines.slice(0, mostRows).map(({ number, text }) => `${String(number).padStart(5)} │ ${cut(text)}\n`)}</pre>`,
      );
    case 'spans':
      return figure(evidence.label, traceMarkup(evidence.spans, evidence.expectedRootSpanId));
    case 'file':
      return file(evidence, look);
  }
}

function file({ label, path, mediaType }: Evidence & { kind: 'file' }, { picture }: Look): Markup {
  const bytes = mediaType === 'image/png' ? picture?.(path) : undefined;
  if (!bytes) return html`<p class="fact"><span>${label}</span> <code>${path}</code></p>`;
  return figure(
    label,
    html`<img alt="${label}" loading="lazy" src="data:image/png;base64,${bytes.toString('base64')}">`,
  );
}

function exchange(label: string, { request, response, error }: HttpExchange): Markup {
  const head = response
    ? `${response.status} in ${formatDuration(response.durationMs)}, ${response.bodyBytes} bytes, ${response.address}`
    : `${error?.code ?? 'no answer'}: ${error?.message ?? ''}`;
  const headers = (title: string, pairs: readonly (readonly [string, string])[]) =>
    pairs.length > 0 &&
    html`<h4>${title}</h4><pre tabindex="0">${pairs.map(([name, value]) => `${name}: ${cut(value)}\n`)}</pre>`;
  const text = cut(response?.body ?? '');
  return html`<details class="exchange"><summary><span>${label}</span> ${request.method} ${request.url} → ${head}</summary>
${headers('Request', Object.entries(request.headers))}${response && headers('Answer', response.rawHeaders)}${text.trim() !== '' && html`<h4>Body</h4><pre tabindex="0">${text}</pre>`}</details>`;
}

function figure(caption: string, content: Markup): Markup {
  return html`<figure><figcaption>${caption}</figcaption>${content}</figure>`;
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;
}

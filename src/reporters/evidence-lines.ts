import { safeLine } from '../base/safe-text.ts';
import { counted } from '../check/counted.ts';
import type { Evidence } from '../check/evidence.ts';
import type { HttpExchange } from '../check/probes.ts';
import { waterfall } from './waterfall.ts';

/** Of a body, a log line or a row; the rest is in the machine formats. */
const longestLine = 160;

/**
 * Evidence as safe lines for a person, at most `maxLines` of them; what is left out is counted. The words are the same at
 * every width: who has less room folds them. Only spans are drawn as wide as `columns`.
 */
export function evidenceLines(evidence: Evidence, columns: number, maxLines: number): string[] {
  const lines = linesOf(evidence, columns);
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines - 1), `… ${lines.length - maxLines + 1} more lines (--reporter json)`];
}

function linesOf(evidence: Evidence, columns: number): string[] {
  switch (evidence.kind) {
    case 'fact':
      return [safeLine(`${evidence.label}: ${evidence.value}`, longestLine)];
    case 'http':
      return httpLines(evidence.exchange);
    case 'query':
      return [
        safeLine(evidence.statement, longestLine),
        ...evidence.rows.map((row) => safeLine(`→ ${JSON.stringify(row)}`, longestLine)),
        ...(evidence.rows.length === 0 ? [`→ ${evidence.rowCount} rows`] : []),
      ];
    case 'lines':
      return [
        safeLine(`${evidence.source} (${counted(evidence.total, 'line')})`, longestLine),
        ...evidence.lines.map(
          ({ number, text }) => `${String(number).padStart(5)} │ ${safeLine(text, longestLine - 8)}`,
        ),
      ];
    case 'spans':
      return waterfall(evidence.spans, columns, evidence.expectedRootSpanId);
    case 'file':
      return [safeLine(`${evidence.label}: ${evidence.path}`, longestLine)];
  }
}

function httpLines({ request, response, error }: HttpExchange): string[] {
  const asked = `${request.method} ${request.url}`;
  if (!response) {
    const { code = 'no answer', message = '' } = error ?? {};
    // Most messages begin with the request.
    const line = message.startsWith(asked) ? message : `${asked} → ${code}: ${message}`;
    return [safeLine(line, longestLine)];
  }
  const type = response.headers['content-type'];
  const head = `${asked} → ${response.status}${type ? `, ${type}` : ''}, ${response.bodyBytes} bytes, ${response.address}`;
  const body = response.body.trim() === '' ? [] : [safeLine(response.body, longestLine)];
  return [safeLine(head, longestLine), ...body];
}

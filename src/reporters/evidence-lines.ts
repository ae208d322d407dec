import { counted } from '../check/counted.ts';
import type { Evidence } from '../check/evidence.ts';
import type { HttpExchange } from '../check/probes.ts';
import { inertLine } from './inert.ts';
import { waterfall } from './waterfall.ts';

/** Evidence as safe lines for a person, at most `maxLines` of them; what is left out is counted. */
export function evidenceLines(evidence: Evidence, columns: number, maxLines: number): string[] {
  const lines = linesOf(evidence, columns);
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines - 1), `… ${lines.length - maxLines + 1} more lines (--reporter json)`];
}

function linesOf(evidence: Evidence, columns: number): string[] {
  switch (evidence.kind) {
    case 'fact':
      return [inertLine(`${evidence.label}: ${evidence.value}`, columns)];
    case 'http':
      return httpLines(evidence.exchange, columns);
    case 'query':
      return [
        inertLine(evidence.statement, columns),
        ...evidence.rows.map((row) => inertLine(`→ ${JSON.stringify(row)}`, columns)),
        ...(evidence.rows.length === 0 ? [`→ ${evidence.rowCount} rows`] : []),
      ];
    case 'lines':
      return [
        inertLine(`${evidence.source} (${counted(evidence.total, 'line')})`, columns),
        ...evidence.lines.map(
          ({ number, text }) => `${String(number).padStart(5)} │ ${inertLine(text, columns - 8)}`,
        ),
      ];
    case 'spans':
      return waterfall(evidence.spans, columns, evidence.expectedRootSpanId).map((line) =>
        line.slice(0, columns),
      );
    case 'file':
      return [inertLine(`${evidence.label}: ${evidence.path}`, columns)];
  }
}

function httpLines({ request, response, error }: HttpExchange, columns: number): string[] {
  const asked = `${request.method} ${request.url}`;
  if (!response)
    return [inertLine(`${asked} → ${error?.code ?? 'no answer'}: ${error?.message ?? ''}`, columns)];
  const type = response.headers['content-type'];
  const head = `${asked} → ${response.status}${type ? `, ${type}` : ''}, ${response.bodyBytes} bytes, ${response.address}`;
  const body = response.body.trim() === '' ? [] : [inertLine(response.body, columns)];
  return [inertLine(head, columns), ...body];
}

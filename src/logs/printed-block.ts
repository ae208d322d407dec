import type { Json } from '../check/json.ts';
import type { SpanData } from '../check/probes.ts';
import { parseInspected } from './printed-spans/inspect-literal.ts';
import { parsePrintedSpan } from './printed-spans/printed-span.ts';

/** What a console exporter of OpenTelemetry printed over several lines. A record is given as one line of JSON. */
export type PrintedBlock =
  | { kind: 'span'; span: SpanData }
  | { kind: 'record'; json: string }
  | { kind: 'metric' };

/** Returns `undefined` for a block of another origin. */
export function parsePrinted(text: string): PrintedBlock | undefined {
  const span = parsePrintedSpan(text);
  if (span) return { kind: 'span', span };
  if (/severity_?(?:number|text)/i.test(text)) {
    const value = parse(text);
    if (value && isLogRecord(value)) return { kind: 'record', json: JSON.stringify(value) };
  } else if (/\bdataPoints\b|\bdata_points\b/.test(text)) {
    const value = parse(text);
    if (value && ('descriptor' in value || 'resource_metrics' in value)) return { kind: 'metric' };
  }
  return undefined;
}

type Fields = { [key: string]: Json };

/** The names of Node.js, Python, and Go. */
function isLogRecord(fields: Fields): boolean {
  const has = (...names: string[]) => names.some((name) => Object.hasOwn(fields, name));
  return (
    has('severityNumber', 'severity_number', 'Severity', 'severityText', 'severity_text', 'SeverityText') &&
    has('body', 'Body') &&
    has('traceId', 'trace_id', 'TraceID', 'timestamp', 'Timestamp')
  );
}

function parse(text: string): Fields | undefined {
  const parser = /^\s*\{\s*"/.test(text) ? (JSON.parse as (json: string) => Json) : parseInspected;
  try {
    const value = parser(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

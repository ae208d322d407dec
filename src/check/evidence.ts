import type { Json } from './json.ts';
import type { HttpExchange, SpanData } from './probes.ts';

/** What a person would go and look for. Plain data: it is stored, redacted and rendered by others. */
export type Evidence =
  | { kind: 'fact'; label: string; value: string }
  | { kind: 'http'; label: string; exchange: HttpExchange }
  | { kind: 'query'; label: string; statement: string; rows: Json[]; rowCount: number }
  | { kind: 'lines'; label: string; source: string; lines: { number: number; text: string }[]; total: number }
  | { kind: 'spans'; label: string; spans: SpanData[]; expectedRootSpanId?: string }
  | { kind: 'file'; label: string; path: string; mediaType: string };

import type { SpanData } from '../evidence.ts';

export type { SpanData } from '../evidence.ts';

export interface SpanQuery {
  /** Default: every trace. */
  traceId?: string;
  /** Only spans that started after this moment; epoch milliseconds. */
  sinceMs?: number;
  service?: string;
  /** As in `LogQuery`. */
  fresh?: boolean;
  /** Waits until this many spans match. Default 1. */
  atLeast?: number;
  withinMs?: number;
  limit?: number;
}

/** Reads the spans that the services export. */
export interface SpansProbe {
  /** `elsewhere`: address to which the services export and where nothing can be read from here. */
  available(): Promise<{ available: boolean; source: string; enable?: string; elsewhere?: string }>;
  find(query: SpanQuery): Promise<{ source: string; scanned: number; spans: SpanData[] }>;
}

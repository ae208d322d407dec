import type { SpanData } from '../evidence.ts';

export type { SpanData } from '../evidence.ts';

/** Which spans to find, and how long to wait for them. */
export interface SpanQuery {
  /** Default: every trace. */
  traceId?: string;
  /** Only spans that started after this moment; epoch milliseconds. */
  sinceMs?: number;
  /** Only spans of this `service.name`. Default: of any. */
  service?: string;
  /** As in `LogQuery`. */
  fresh?: boolean;
  /** Waits until this many spans match. Default 1. */
  atLeast?: number;
  /** How long to wait for them, in milliseconds. Default 0: what is there now. */
  withinMs?: number;
  /** At most this many are returned. Default 500. */
  limit?: number;
}

/** Reads the spans that the services export. */
export interface SpansProbe {
  /** Whether the spans of this stack can be read from here. */
  available(): Promise<{
    available: boolean;
    /** Where they are read: `.meatymusic/spans/received.jsonl`, `the log of api`. */
    source: string;
    /** A setting that makes them readable. Absent: they are. */
    enable?: string;
    /** Address to which the services export and where nothing can be read from here. Absent: there is none. */
    elsewhere?: string;
  }>;
  /** Finds spans in the order of their arrival; `scanned` were read. */
  find(query: SpanQuery): Promise<{ source: string; scanned: number; spans: SpanData[] }>;
}

import type { Json } from '../json.ts';
import type { ServiceName } from '../stack.ts';

/** One line of the log of a service, parsed. */
export interface LogRecord {
  /** From 1, within the source. */
  number: number;
  /** Cut at 8 KiB. */
  raw: string;
  /** Whether the line is a JSON object. */
  structured: boolean;
  /** Epoch milliseconds. */
  timeMs?: number;
  /** Lower case: trace, debug, info, warn, error, fatal. */
  level?: string;
  /** Absent: the line has no field for it. */
  message?: string;
  /** 32 lower-case hexadecimal digits, without `0x`. */
  traceId?: string;
  /** 16 lower-case hexadecimal digits. */
  spanId?: string;
  /** Name that the service gives itself in the line. */
  service?: string;
  /** Top-level fields of a structured line. */
  fields?: Record<string, Json>;
}

/** Facts about all lines of a log. */
export interface LogSummary {
  /** Where it was read: `.meatymusic/logs/api.log`, `docker compose logs api`. */
  source: string;
  /** Number of all lines. */
  lines: number;
  /** Number of structured lines. */
  structured: number;
  /** Number of lines with a trace ID. */
  withTraceId: number;
  /** The shape that most lines have: `pino`, `structlog`, `ecs`, `logfmt`, `plain`. */
  shape: string;
  /** Wrapper that a collector added to each line, removed before the line is judged: `Docker json-file`. Absent: no wrapper. */
  frame?: string;
  /** Lines of the program that started the service, such as `npm run`, which are not among `lines`. Absent: none. */
  wrapperLines?: number;
  /** The first lines that are not structured. */
  offending: LogRecord[];
}

/** Which lines to find, and how long to wait for them. */
export interface LogQuery {
  service: ServiceName;
  /** Only lines that were written after this moment; epoch milliseconds. Default: since the service's start. */
  sinceMs?: number;
  /** Case-sensitive part of the raw line. */
  contains?: string;
  /** Only lines of this trace. Default: of any. */
  traceId?: string;
  /** What is looked for cannot be older than the run (the check made it): of a very long log, its end will do. */
  fresh?: boolean;
  /** Waits until this many lines match. Default 1. */
  atLeast?: number;
  /** How long to wait for them, in milliseconds. Default 0: what is there now. */
  withinMs?: number;
  /** At most this many matches are returned. Default 50. */
  limit?: number;
}

/** Reads the logs of services. */
export interface LogsProbe {
  /** Whether this stack's log can be read from here, and if not, what would make it possible. */
  available(query: { service: ServiceName }): Promise<{
    available: boolean;
    source: string;
    /** A setting that makes it readable. Absent: it is. */
    enable?: string;
  }>;
  /** Finds lines, the oldest first. `scanned` lines were read, and `matched` of them match. */
  find(query: LogQuery): Promise<{ source: string; scanned: number; matched: number; records: LogRecord[] }>;
  /** Judges the form of all lines. */
  summarize(query: {
    service: ServiceName;
    /** Only lines that were written after this moment; epoch milliseconds. Default: since the service's start. */
    sinceMs?: number;
  }): Promise<LogSummary>;
}

import type { ForeignFormat } from './foreign-format.ts';
import type { FrameName } from './frames.ts';
import type { Level } from './level.ts';
import { addTo, joinSamples, mergeOutside } from './outside-requests.ts';
import type { SecretRule } from './secret-rules.ts';
import type { Shape } from './shape.ts';

/** Problems of a line. */
export type LineProblem =
  | 'not-structured'
  | 'broken-json'
  | 'too-long'
  | 'truncated'
  | 'duplicate-key'
  | 'missing-field'
  | 'before-requests'
  | 'after-requests'
  | 'unknown-level'
  | 'time-out-of-range'
  | 'time-backwards'
  | 'secret';

/** Lines before the first and after the last line of a request, and how many lines of requests are between. */
export interface OutsideLines {
  before: number;
  after: number;
  requests: number;
  /** Required fields that lines outside of requests do not have. */
  fields: string[];
}

export interface LineSample {
  problem: LineProblem;
  /** From 1. */
  line: number;
  /** Of the line's first byte, or of the byte that is wrong. */
  offset: number;
  /** `duplicate "level"`, `unexpected byte`, `e-mail address`. */
  detail: string;
  /** The line's start; absent where it would show a secret. */
  text?: string;
}

/** Result of one pass over a log. `mergeReports` joins the reports of two adjacent parts. */
export interface LogReport {
  bytes: number;
  /** Blank ones, those of printed spans and of wrappers apart. */
  lines: number;
  blankLines: number;
  /** Lines of the program that started the service, such as `npm run`. */
  wrapperLines: number;
  /** Lines of the file, whatever they hold. */
  physicalLines: number;
  /** By what was around lines: how many of them. */
  frames: Partial<Record<FrameName, number>>;
  /** Of printed spans, over however many lines. */
  spans: number;
  spanLines: number;
  /** Log records that were printed over several lines; each counts as a line. */
  printedRecords: number;
  /** Lines that are JSON objects. */
  structured: number;
  logfmt: number;
  tooLong: number;
  /** The last line has no newline and is no whole record. */
  truncated: number;
  withTraceId: number;
  withSpanId: number;
  shapes: Partial<Record<Shape, number>>;
  levels: Partial<Record<Level, number>>;
  unknownLevels: number;
  times: {
    with: number;
    firstMs?: number;
    lastMs?: number;
    /** Before 2000, or more than a day from now. */
    outOfRange: number;
    backwards: number;
    largestStepBackMs: number;
  };
  duplicateKeys: number;
  /** Structured lines that were examined for required fields. */
  examined: number;
  /** By required field: examined lines that lack it. */
  missing: Record<string, number>;
  /** Examined lines of no request and without a trace: they are missing none. Absent where no trace is required. */
  outside?: OutsideLines;
  invalidUtf8Lines: number;
  nulBytes: number;
  byteOrderMarks: number;
  /** It begins as no log does. */
  foreign?: ForeignFormat;
  secrets: Partial<Record<SecretRule, number>>;
  /** The first of each problem. */
  samples: LineSample[];
}

/** Of each problem. */
export const samplesKept = 10;
/** Several writers of one log are in order up to this. */
export const defaultToleranceMs = 1000;

export function emptyReport(required: readonly string[] = []): LogReport {
  return {
    bytes: 0,
    lines: 0,
    blankLines: 0,
    wrapperLines: 0,
    physicalLines: 0,
    frames: {},
    spans: 0,
    spanLines: 0,
    printedRecords: 0,
    structured: 0,
    logfmt: 0,
    tooLong: 0,
    truncated: 0,
    withTraceId: 0,
    withSpanId: 0,
    shapes: {},
    levels: {},
    unknownLevels: 0,
    times: { with: 0, outOfRange: 0, backwards: 0, largestStepBackMs: 0 },
    duplicateKeys: 0,
    examined: 0,
    missing: Object.fromEntries(required.map((name) => [name, 0])),
    invalidUtf8Lines: 0,
    nulBytes: 0,
    byteOrderMarks: 0,
    secrets: {},
    samples: [],
  };
}

/** The report of two parts of a log, the second right behind the first; up to the tolerance, time did not go back. */
export function mergeReports(
  first: LogReport,
  second: LogReport,
  toleranceMs = defaultToleranceMs,
): LogReport {
  const shift = first.physicalLines;
  const foreign = first.bytes === 0 ? second.foreign : first.foreign;
  const stepMs = (first.times.lastMs ?? -Infinity) - (second.times.firstMs ?? Infinity);
  const stepBackMs = stepMs > toleranceMs ? stepMs : 0;
  const firstMs = first.times.firstMs ?? second.times.firstMs;
  const lastMs = second.times.lastMs ?? first.times.lastMs;
  const { outside, between } = mergeOutside(first.outside, second.outside);
  const moved = second.samples.map((sample) => ({
    ...sample,
    line: sample.line + shift,
    offset: sample.offset + first.bytes,
  }));
  return {
    bytes: first.bytes + second.bytes,
    lines: first.lines + second.lines,
    blankLines: first.blankLines + second.blankLines,
    wrapperLines: first.wrapperLines + second.wrapperLines,
    physicalLines: first.physicalLines + second.physicalLines,
    frames: sum(first.frames, second.frames),
    spans: first.spans + second.spans,
    spanLines: first.spanLines + second.spanLines,
    printedRecords: first.printedRecords + second.printedRecords,
    structured: first.structured + second.structured,
    logfmt: first.logfmt + second.logfmt,
    tooLong: first.tooLong + second.tooLong,
    truncated: first.truncated + second.truncated,
    withTraceId: first.withTraceId + second.withTraceId,
    withSpanId: first.withSpanId + second.withSpanId,
    shapes: sum(first.shapes, second.shapes),
    levels: sum(first.levels, second.levels),
    unknownLevels: first.unknownLevels + second.unknownLevels,
    times: {
      with: first.times.with + second.times.with,
      ...(firstMs === undefined ? {} : { firstMs }),
      ...(lastMs === undefined ? {} : { lastMs }),
      outOfRange: first.times.outOfRange + second.times.outOfRange,
      backwards: first.times.backwards + second.times.backwards + (stepBackMs > 0 ? 1 : 0),
      largestStepBackMs: Math.max(first.times.largestStepBackMs, second.times.largestStepBackMs, stepBackMs),
    },
    duplicateKeys: first.duplicateKeys + second.duplicateKeys,
    examined: first.examined + second.examined,
    missing: addTo(sum(first.missing, second.missing), outside?.fields, between),
    ...(outside ? { outside } : {}),
    invalidUtf8Lines: first.invalidUtf8Lines + second.invalidUtf8Lines,
    nulBytes: first.nulBytes + second.nulBytes,
    byteOrderMarks: first.byteOrderMarks + second.byteOrderMarks,
    ...(foreign ? { foreign } : {}),
    secrets: sum(first.secrets, second.secrets),
    samples: firstOfEach(joinSamples(first, second, moved)),
  };
}

/** The shape that most lines have. */
export function mainShape(report: LogReport): string {
  return mostFrequent(report.shapes) ?? 'plain';
}

/** The frame of most lines; `undefined` where most have none. */
export function mainFrame({ frames, lines }: LogReport): FrameName | undefined {
  const frame = mostFrequent(frames);
  return frame && frames[frame]! * 2 >= lines ? frame : undefined;
}

function mostFrequent<Name extends string>(counts: Partial<Record<Name, number>>): Name | undefined {
  const entries = Object.entries(counts) as [Name, number][];
  return entries.sort((a, b) => b[1] - a[1])[0]?.[0];
}

function sum<Name extends string>(
  one: Partial<Record<Name, number>>,
  other: Partial<Record<Name, number>>,
): Record<Name, number> {
  const total = { ...one } as Record<Name, number>;
  for (const [name, count] of Object.entries(other) as [Name, number][])
    total[name] = (total[name] ?? 0) + count;
  return total;
}

function firstOfEach(samples: LineSample[]): LineSample[] {
  const counts = new Map<LineProblem, number>();
  return samples
    .sort((a, b) => a.line - b.line)
    .filter(({ problem }) => {
      const count = (counts.get(problem) ?? 0) + 1;
      counts.set(problem, count);
      return count <= samplesKept;
    });
}

import { isUtf8 } from 'node:buffer';
import { Findings } from './findings.ts';
import { foreignFormatOf } from './foreign-format.ts';
import { JsonScanner } from './json-scanner.ts';
import { KnownKeys } from './known-keys.ts';
import { LineJudge } from './line-judge.ts';
import { defaultMaxLineBytes } from './lines.ts';
import { LogBuffer, newline } from './log-buffer.ts';
import { defaultToleranceMs, emptyReport, type LogReport } from './report.ts';
import { RequiredFields, type WantedFields, wantedNames } from './required-fields.ts';
import { type SecretRule, secretRules } from './secret-rules.ts';
import { SecretSearch } from './secret-search.ts';
import { StructuredLines } from './structured-lines.ts';
import { TimeJudge } from './time-judge.ts';

export interface AnalyserOptions extends WantedFields {
  maxLineBytes?: number;
  rules?: readonly SecretRule[];
  /** Secrets of the project: no text of a line that holds one is shown. */
  secrets?: readonly string[];
  /** Steps back in time up to this are the order of concurrent writers. Default `defaultToleranceMs`. */
  backwardsToleranceMs?: number;
  nowMs?: number;
}

/**
 * Buffers and scanners reused for the parts of a log: released memory accumulates until it is collected, and a scanner
 * that has learned the layouts of the log is faster.
 */
export interface AnalyserTools {
  buffer: LogBuffer;
  scanner: JsonScanner;
}

export function analyserTools(options: AnalyserOptions): AnalyserTools {
  return {
    buffer: new LogBuffer(options.maxLineBytes ?? defaultMaxLineBytes),
    scanner: new JsonScanner(new KnownKeys(wantedNames(options))),
  };
}

/**
 * Reads a log once and reports its problems. Memory is limited to one buffer for the longest line and one read. The caller
 * reads into `room()` and then calls `filled()`, or passes chunks to `push()`; `end()` completes the report.
 */
export class LogAnalyser {
  readonly report: LogReport;
  private readonly maxLineBytes: number;
  private readonly buffer: LogBuffer;
  private readonly scanner: JsonScanner;
  private readonly findings: Findings;
  private readonly secrets: SecretSearch;
  private readonly structured: StructuredLines;
  private readonly lines: LineJudge;
  /** Of the line that was judged last. */
  private line = 0;
  /** Within a line that is too long. */
  private skipping = false;
  private allUtf8 = true;

  constructor(options: AnalyserOptions = {}, { buffer, scanner } = analyserTools(options)) {
    const { required = [], maxLineBytes = defaultMaxLineBytes, rules = secretRules } = options;
    const limits = {
      backwardsToleranceMs: options.backwardsToleranceMs ?? defaultToleranceMs,
      nowMs: options.nowMs ?? Date.now(),
    };
    const report = emptyReport(required);
    const findings = new Findings(report, buffer);
    const fields = new RequiredFields(options, buffer, findings, report);
    this.report = report;
    this.maxLineBytes = maxLineBytes;
    this.buffer = buffer.reset();
    this.findings = findings;
    this.scanner = scanner;
    this.secrets = new SecretSearch(buffer, findings, new Set(rules), options.secrets);
    this.structured = new StructuredLines(buffer, findings, report, {
      times: new TimeJudge(buffer, findings, report.times, limits),
      required: fields,
      mindSecrets: rules.includes('secret-field'),
    });
    this.lines = new LineJudge(buffer, scanner, this.structured, findings, report);
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const room = this.room();
      const part = chunk.subarray(at, at + room.length);
      room.set(part);
      this.filled(part.length);
      at += part.length;
    }
  }

  /** Where the next bytes go; never empty. */
  room(): Uint8Array {
    return this.buffer.room();
  }

  filled(count: number): void {
    const { buffer } = this;
    const from = buffer.end;
    buffer.end += count;
    this.report.bytes += count;
    const lastNewline = buffer.bytes.subarray(from, buffer.end).lastIndexOf(newline);
    if (lastNewline !== -1) this.judge(from + lastNewline + 1);
    if (this.skipping) buffer.begin = buffer.end;
    else if (buffer.end - buffer.begin > this.maxLineBytes) {
      this.line += 1;
      this.tooLong(buffer.begin, buffer.end);
      this.skipping = true;
      buffer.begin = buffer.end;
    }
  }

  end(): LogReport {
    const { buffer, report } = this;
    if (!this.skipping && buffer.end > buffer.begin) {
      const start = buffer.begin;
      const end = buffer.close();
      this.judge(end + 1);
      if (this.lines.errorAt !== -1 && buffer.bytes[start] === 0x7b) {
        report.truncated = 1;
        const at = Math.min(this.lines.errorAt, end);
        this.findings.add('truncated', this.line, start, end, 'the log ends inside a record', at);
      }
    }
    this.lines.end();
    this.structured.end();
    report.physicalLines = this.line;
    report.samples.sort((a, b) => a.line - b.line);
    return report;
  }

  /** All lines up to `end`, which is right behind a newline. */
  private judge(end: number): void {
    const { scanner, secrets } = this;
    const { bytes, view } = this.buffer;
    let at = this.buffer.begin;
    if (this.skipping) {
      // The rest of a line that was too long.
      at = bytes.indexOf(newline, at) + 1;
      this.skipping = false;
    }
    this.look(at, end);
    secrets.begin(at, end);
    if (this.line === 0 && this.buffer.base === 0 && at === 0) at = this.behindHead();
    while (at < end) {
      this.line += 1;
      const isObject = scanner.scan(bytes, view, at);
      const { next } = scanner;
      if (isObject && next - 1 - at > this.maxLineBytes) this.tooLong(at, next);
      else if (isObject) this.lines.judgeObject(this.line, at, next - 1);
      else if (bytes[at] === newline) this.report.blankLines += 1;
      else this.lines.judgeText(this.line, at, next - 1, scanner.errorAt);
      if (!this.allUtf8 && !isUtf8(bytes.subarray(at, next))) this.report.invalidUtf8Lines += 1;
      if (secrets.nextHit < next) secrets.examine(this.line, at, next);
      at = next;
    }
    this.buffer.begin = end;
  }

  /** Adds the counts that cover many lines at once. */
  private look(start: number, end: number): void {
    const { bytes } = this.buffer;
    const text = bytes.subarray(start, end);
    this.allUtf8 = isUtf8(text);
    for (let nul = text.indexOf(0); nul !== -1; nul = text.indexOf(0, nul + 1)) this.report.nulBytes += 1;
  }

  /** Where the text begins. */
  private behindHead(): number {
    const { bytes } = this.buffer;
    const foreign = foreignFormatOf(bytes.subarray(0, 4));
    if (foreign) this.report.foreign = foreign;
    if (bytes[0] !== 0xef || bytes[1] !== 0xbb || bytes[2] !== 0xbf) return 0;
    this.report.byteOrderMarks += 1;
    return 3;
  }

  private tooLong(start: number, end: number): void {
    const { report } = this;
    report.lines += 1;
    report.tooLong += 1;
    report.shapes.plain = (report.shapes.plain ?? 0) + 1;
    this.findings.add('too-long', this.line, start, end, `longer than ${this.maxLineBytes} bytes`);
  }
}

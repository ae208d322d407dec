import { excerpt } from '../base/safe-text.ts';
import type { Findings } from './findings.ts';
import { roleIndex, shapeFields } from './known-keys.ts';
import { LevelJudge } from './level-judge.ts';
import { type LineFacts, valueType } from './line-facts.ts';
import type { LogBuffer } from './log-buffer.ts';
import { spanIdOf, traceIdOf } from './printed-spans/ids.ts';
import type { LogReport } from './report.ts';
import type { RequiredFields } from './required-fields.ts';
import { isSecretText } from './secret-values.ts';
import { type JsonShape, shapeOf } from './shape.ts';
import type { TimeJudge } from './time-judge.ts';

/** Judges lines that are JSON objects, by what the scan found in them. */
export class StructuredLines {
  private readonly buffer: LogBuffer;
  private readonly findings: Findings;
  private readonly report: LogReport;
  private readonly levels: LevelJudge;
  private readonly times: TimeJudge;
  private readonly required: RequiredFields;
  private readonly mindSecrets: boolean;
  private readonly has = { trace: false, span: false };
  private shapeKey = -1;
  private shape: JsonShape = 'json';
  /** Lines with the shape since it last changed. */
  private shapeRun = 0;

  constructor(
    buffer: LogBuffer,
    findings: Findings,
    report: LogReport,
    { times, required, mindSecrets }: { times: TimeJudge; required: RequiredFields; mindSecrets: boolean },
  ) {
    this.buffer = buffer;
    this.findings = findings;
    this.report = report;
    this.levels = new LevelJudge(buffer, report.levels);
    this.times = times;
    this.required = required;
    this.mindSecrets = mindSecrets;
  }

  /** The line lies between `start` and `end`, where its newline is. */
  judge(facts: LineFacts, line: number, start: number, end: number): void {
    const { report, findings } = this;
    report.lines += 1;
    report.structured += 1;
    this.judgeShape(facts);
    const odd = this.levels.judge(facts, this.shape);
    if (odd !== undefined) {
      report.unknownLevels += 1;
      const at = facts.starts[roleIndex.level]!;
      findings.add('unknown-level', line, start, end, `level ${excerpt(odd, 40)}`, at);
    }
    this.times.judge(facts, line, start, end);
    this.has.trace = this.hasIdentifier(facts, roleIndex.trace, 32);
    this.has.span = this.hasIdentifier(facts, roleIndex.span, 16);
    if (this.has.trace) report.withTraceId += 1;
    if (this.has.span) report.withSpanId += 1;
    if (facts.duplicateStart !== -1) {
      report.duplicateKeys += 1;
      const name = this.buffer.text(facts.duplicateStart, facts.duplicateEnd);
      findings.add('duplicate-key', line, start, end, `duplicate "${name}"`, facts.duplicateStart);
    }
    this.required.judge(facts, line, start, end, this.has);
    if (facts.secretStart !== -1 && this.mindSecrets) this.judgeSecret(facts, line);
  }

  end(): void {
    this.endShapeRun();
    this.levels.end();
  }

  private judgeShape({ types, starts, shapeMask }: LineFacts): void {
    const levelType = types[roleIndex.level]!;
    const timeIsNumber = types[roleIndex.time] === valueType.number;
    const levelIsUpperCase = levelType === valueType.string && this.isUpper(starts[roleIndex.level]!);
    const key = shapeMask * 16 + levelType * 4 + (timeIsNumber ? 2 : 0) + (levelIsUpperCase ? 1 : 0);
    if (key !== this.shapeKey) {
      this.endShapeRun();
      this.shapeKey = key;
      const has = (field: string) =>
        (shapeMask & (1 << (shapeFields as readonly string[]).indexOf(field))) !== 0;
      const levelIsNumber = levelType === valueType.number;
      this.shape = shapeOf({ has, levelIsNumber, levelIsUpperCase, timeIsNumber });
    }
    this.shapeRun += 1;
  }

  private endShapeRun(): void {
    const { shapes } = this.report;
    if (this.shapeRun > 0) shapes[this.shape] = (shapes[this.shape] ?? 0) + this.shapeRun;
    this.shapeRun = 0;
  }

  private judgeSecret({ secretStart, secretEnd, secretKey }: LineFacts, line: number): void {
    if (isSecretText(secretKey?.name ?? '', this.buffer.text(secretStart, secretEnd)))
      this.findings.addSecret('secret-field', line, secretStart, ` ("${secretKey?.name}")`);
  }

  private isUpper(at: number): boolean {
    const byte = this.buffer.bytes[at]!;
    return byte >= 65 && byte <= 90;
  }

  private hasIdentifier({ types, starts, ends }: LineFacts, role: number, digits: 16 | 32): boolean {
    if (types[role] !== valueType.string) return false;
    const start = starts[role]!;
    const end = ends[role]!;
    if (end - start === digits) {
      const { bytes } = this.buffer;
      let zeros = 0;
      let at = start;
      for (; at < end; at++) {
        const byte = bytes[at]!;
        if (byte === 48) zeros += 1;
        else if (!((byte > 48 && byte <= 57) || (byte >= 97 && byte <= 102))) break;
      }
      if (at === end) return zeros < digits;
    }
    const text = this.buffer.ascii(start, end);
    return (digits === 32 ? traceIdOf(text) : spanIdOf(text)) !== undefined;
  }
}

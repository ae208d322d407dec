import { withoutNewline } from './decode-escapes.ts';
import type { Findings } from './findings.ts';
import type { FrameName } from './frames.ts';
import { maxFrames } from './frames.ts';
import { findJsonFrame, jsonPayloadBit, listMask, recordBit } from './json-frames.ts';
import type { JsonScanner } from './json-scanner.ts';
import { newline, openBrace, skipSpace } from './json-tokens.ts';
import { payloadRole, roleIndex } from './known-keys.ts';
import { type LineFacts, valueType } from './line-facts.ts';
import type { LogBuffer } from './log-buffer.ts';
import { OtherLines } from './other-lines.ts';
import { findPrefix, longestPrefix, nameOtherPrefix } from './prefixes.ts';
import { findHeldRecords } from './record-lists.ts';
import type { LogReport } from './report.ts';
import type { StructuredLines } from './structured-lines.ts';

/** Docker cuts longer lines into entries of this many bytes; only the last of them ends with a newline. */
const dockerPartBytes = 16 * 1024;
/** Braces of a line at which its JSON object may begin, behind a prefix. */
const bracesTried = 3;

/** Judges lines: takes off what a collector put around each, frame by frame, and judges what is in it. */
export class LineJudge {
  /** Where the last line of the log stops being a JSON object; -1: it is one. */
  errorAt = -1;
  private readonly buffer: LogBuffer;
  private readonly scanner: JsonScanner;
  private readonly structured: StructuredLines;
  private readonly others: OtherLines;
  private readonly report: LogReport;
  /** Parts of a line that a frame cut. */
  private parts: Buffer[] = [];
  private partsBytes = 0;
  private partsLine = 0;

  constructor(
    buffer: LogBuffer,
    scanner: JsonScanner,
    structured: StructuredLines,
    findings: Findings,
    report: LogReport,
  ) {
    this.buffer = buffer;
    this.scanner = scanner;
    this.structured = structured;
    this.report = report;
    this.others = new OtherLines(buffer, findings, report, (text, line, offset) =>
      this.judgePrinted(text, line, offset),
    );
  }

  /** A line that the scanner has just found to be a JSON object. */
  judgeObject(line: number, start: number, end: number): void {
    this.errorAt = -1;
    const { facts } = this.scanner;
    if (facts.frameMask === 0 && !this.mayHoldJson(facts)) this.structured.judge(facts, line, start, end);
    else this.unwrap(line, start, end, 0);
  }

  /** A line that is none. `errorAt`: where it stops being one. */
  judgeText(line: number, start: number, end: number, errorAt: number): void {
    this.errorAt = errorAt;
    this.text(line, start, end, errorAt, 0);
  }

  end(): void {
    if (this.partsBytes > 0) {
      const { start } = this.buffer.write('', this.buffer.offsetOf(this.buffer.begin));
      this.endOfParts(this.partsLine, start, start, 1);
    }
    this.others.end();
  }

  /** What is in a frame. */
  private inner(line: number, start: number, end: number, depth: number): void {
    const { bytes, view } = this.buffer;
    if (this.partsBytes > 0) {
      this.endOfParts(line, start, end, depth);
      return;
    }
    if (bytes[skipSpace(bytes, start)] === newline) {
      this.report.blankLines += 1;
      return;
    }
    if (this.scanner.scan(bytes, view, start)) this.unwrap(line, start, end, depth);
    else this.text(line, start, end, this.scanner.errorAt, depth);
  }

  private unwrap(line: number, start: number, end: number, depth: number): void {
    const { facts } = this.scanner;
    const { frameMask: mask, types } = facts;
    if (depth < maxFrames) {
      const hasLevel = types[roleIndex.level] !== valueType.none;
      const mayHoldRecords = (mask & (hasLevel ? listMask : listMask | recordBit)) !== 0;
      if (mayHoldRecords && this.judgeList(line, start, end, depth)) return;
      if ((mask & jsonPayloadBit) !== 0) this.count('gcp');
      const frame = frameOf(facts);
      const role = frame?.holds === 'payload' ? payloadRole : roleIndex.message;
      if (frame && types[role] === valueType.string) {
        this.count(frame.name);
        this.judgePayload(line, facts.starts[role]!, facts.ends[role]!, depth, frame.name);
        return;
      }
      if (frame?.name === 'journald' && this.judgeBytes(line, start, end, depth)) return;
      if (!frame && this.mayHoldJson(facts) && this.judgeHeldJson(line, start, depth)) return;
    }
    this.structured.judge(this.scanner.facts, line, start, end);
  }

  private judgePayload(line: number, from: number, to: number, depth: number, frame: FrameName): void {
    const ended = withoutNewline(this.buffer.bytes, from, to);
    const { start, end } = this.buffer.unescape(from, ended);
    if (frame === 'docker' && ended === to && to - from >= dockerPartBytes) this.addPart(line, start, end);
    else this.inner(line, start, end, depth + 1);
  }

  /** journald has the bytes of a message that is not printable text, as one with colours, in an array. */
  private judgeBytes(line: number, start: number, end: number, depth: number): boolean {
    const { MESSAGE: message } = JSON.parse(this.buffer.text(start, end)) as { MESSAGE?: unknown };
    if (!Array.isArray(message)) return false;
    const text = Buffer.from(message as number[])
      .toString('utf8')
      .replaceAll(/\s*\n\s*/g, ' ');
    this.count('journald');
    const written = this.buffer.write(text, this.buffer.offsetOf(start));
    this.inner(line, written.start, written.end, depth + 1);
    return true;
  }

  /** A message that is the JSON of a logger, in an object without a level of its own. */
  private judgeHeldJson(line: number, start: number, depth: number): boolean {
    if (this.buffer.isWritten(start)) return false;
    const { scanner, buffer } = this;
    const { starts, ends } = scanner.facts;
    const held = buffer.unescape(starts[roleIndex.message]!, ends[roleIndex.message]!);
    if (scanner.scan(buffer.bytes, buffer.view, held.start) && isRecord(scanner.facts)) {
      this.count('json');
      this.unwrap(line, held.start, held.end, depth + 1);
      return true;
    }
    scanner.scan(buffer.bytes, buffer.view, start);
    return false;
  }

  /** The records of OTLP, the events of CloudWatch: many in a line. */
  private judgeList(line: number, start: number, end: number, depth: number): boolean {
    const { buffer, scanner } = this;
    const { bytes, view } = buffer;
    const lists = findHeldRecords(bytes, start, end);
    for (const { name, ranges } of lists) {
      for (const range of ranges) {
        const behind = bytes[range.end]!;
        bytes[range.end] = newline;
        const isObject = scanner.scan(bytes, view, range.start);
        const { facts } = scanner;
        this.count(name);
        if (isObject && name === 'cloudwatch' && facts.types[roleIndex.message] === valueType.string)
          this.judgePayload(
            line,
            facts.starts[roleIndex.message]!,
            facts.ends[roleIndex.message]!,
            depth,
            name,
          );
        else if (isObject) this.structured.judge(facts, line, range.start, range.end);
        bytes[range.end] = behind;
      }
    }
    return lists.some(({ ranges }) => ranges.length > 0);
  }

  private text(line: number, start: number, end: number, errorAt: number, depth: number): void {
    const { buffer } = this;
    if (depth < maxFrames && buffer.bytes[start] !== openBrace) {
      const head = buffer.ascii(start, Math.min(end, start + longestPrefix));
      const prefix = findPrefix(head);
      if (prefix) {
        this.count(prefix.name);
        if (prefix.isPart) this.addPart(line, start + prefix.length, end);
        else this.inner(line, start + prefix.length, end, depth + 1);
        return;
      }
      if (this.judgeBehindPrefix(line, start, end, head, depth)) return;
    }
    this.others.add(line, start, end, errorAt);
  }

  /** Any prefix, if an object that reaches up to the end of the line is behind it. */
  private judgeBehindPrefix(line: number, start: number, end: number, head: string, depth: number): boolean {
    const { scanner } = this;
    const { bytes, view } = this.buffer;
    let brace = head.indexOf('{');
    for (let tried = 0; brace !== -1 && tried < bracesTried; tried++, brace = head.indexOf('{', brace + 1)) {
      if (!scanner.scan(bytes, view, start + brace)) continue;
      const { facts } = scanner;
      const name = nameOtherPrefix(head.slice(0, brace), isRecord(facts) || frameOf(facts) !== undefined);
      if (name === undefined) return false;
      this.count(name);
      this.unwrap(line, start + brace, end, depth + 1);
      return true;
    }
    return false;
  }

  private judgePrinted(text: string, line: number, offset: number): void {
    const { start, end } = this.buffer.write(text, offset);
    this.report.printedRecords += 1;
    if (this.scanner.scan(this.buffer.bytes, this.buffer.view, start))
      this.structured.judge(this.scanner.facts, line, start, end);
  }

  private addPart(line: number, start: number, end: number): void {
    if (this.partsBytes > this.buffer.longestText) return;
    this.parts.push(Buffer.from(this.buffer.bytes.subarray(start, end)));
    this.partsBytes += end - start;
    this.partsLine = line;
  }

  private endOfParts(line: number, from: number, to: number, depth: number): void {
    const parts = [...this.parts, Buffer.from(this.buffer.bytes.subarray(from, to))];
    this.parts = [];
    this.partsBytes = 0;
    const { start, end } = this.buffer.writeBytes(parts, this.buffer.offsetOf(from));
    this.inner(line, start, end, depth);
  }

  private mayHoldJson({ types, starts }: LineFacts): boolean {
    return (
      types[roleIndex.level] === valueType.none &&
      types[roleIndex.message] === valueType.string &&
      this.buffer.bytes[starts[roleIndex.message]!] === openBrace
    );
  }

  private count(frame: FrameName): void {
    const { frames } = this.report;
    frames[frame] = (frames[frame] ?? 0) + 1;
  }
}

function frameOf({ frameMask: mask, types }: LineFacts) {
  const hasLevel = types[roleIndex.level] !== valueType.none;
  return findJsonFrame({ mask, hasLevel, hasMessage: types[roleIndex.message] !== valueType.none });
}

/** Whether an object is that of a logger: it has two of time, level, message and trace. */
function isRecord({ types }: LineFacts): boolean {
  const { time, level, message, trace } = roleIndex;
  return [time, level, message, trace].filter((role) => types[role] !== valueType.none).length >= 2;
}

import { isUtf8 } from 'node:buffer';
import { spanIdOf, traceIdOf } from '../spans/ids.ts';
import { parsePrintedSpan } from '../spans/printed-span.ts';
import { BlockCollector } from './blocks.ts';
import { isoAt, numberAt } from './bytes.ts';
import { roles } from './fields.ts';
import { JsonScanner, valueType } from './json-scanner.ts';
import { KnownKeys, maxRequiredFields, roleIndex, shapeFields } from './known-keys.ts';
import { type Level, levelOfNumber, levelOfWord } from './level.ts';
import { defaultMaxLineBytes } from './lines.ts';
import { parseLogfmt } from './logfmt.ts';
import { levelOf } from './record.ts';
import { emptyReport, type LineProblem, type LogReport, samplesKept } from './report.ts';
import { anchors, isClearSecret, type SecretRule, secretMeanings, secretRules } from './secrets.ts';
import { type JsonShape, shapeOf } from './shape.ts';
import { epochMs, parseTime } from './time.ts';

export interface AnalyserOptions {
  /** Fields that every structured line must have: names at its top, dotted paths, or roles (`trace`, `level`, …). */
  required?: readonly string[];
  maxLineBytes?: number;
  rules?: readonly SecretRule[];
  /** Steps back in time up to this are the order of concurrent writers. Default 1000. */
  backwardsToleranceMs?: number;
  nowMs?: number;
}

const readBytes = 1024 * 1024;
/** Behind the data, for loads of four bytes. */
const slackBytes = 8;
const newline = 10;
const day = 86_400_000;
const year2000 = Date.UTC(2000, 0, 1);
const excerptBytes = 400;

/**
 * Reads a log once and says what is wrong with it. Longer than other files: one pass over shared state, line by line. Memory is one buffer of twice the longest line allowed, whatever
 * comes. The caller reads into `room()` and tells by `filled()`, or hands chunks to `push()`; `end()` closes the report.
 */
export class LogAnalyser {
  readonly report: LogReport;
  private readonly options: Required<AnalyserOptions>;
  private readonly scanner: JsonScanner;
  private readonly blocks: BlockCollector;
  private readonly buffer: Buffer;
  private readonly view: DataView;
  /** Bytes in the buffer that are not judged yet begin here … */
  private begin = 0;
  /** … and end here. */
  private filledTo = 0;
  /** Offset in the log of the buffer's first byte. */
  private base = 0;
  private number = 0;
  private skipping = false;
  private readonly rules: Set<SecretRule>;
  private readonly literals: { name: string; bit: number }[] = [];
  private readonly roleNeeds: { name: string; role: number }[] = [];
  private requiredAll = 0;
  private shapeKey = -1;
  private shape: JsonShape = 'json';
  /** Lines with the shape since it last changed; likewise for the level. A map for each line would cost a tenth. */
  private shapeRun = 0;
  private levelHead = 0;
  private levelTail = 0;
  private levelLength = -1;
  private levelRun = 0;
  private levelText = '';
  private readonly shapeCounts = new Map<string, number>();
  private readonly levelCounts = new Map<string, number>();
  private readonly hits = new Float64Array(anchors.length);
  private nextHit = Infinity;
  private lastMs = -Infinity;
  private allUtf8 = true;
  /** Their text is not shown, whatever else is wrong with them. */
  private readonly secretLines = new Set<number>();
  private readonly sampleCounts = new Map<LineProblem, number>();

  constructor(options: AnalyserOptions = {}) {
    this.options = {
      required: options.required ?? [],
      maxLineBytes: options.maxLineBytes ?? defaultMaxLineBytes,
      rules: options.rules ?? secretRules,
      backwardsToleranceMs: options.backwardsToleranceMs ?? 1000,
      nowMs: options.nowMs ?? Date.now(),
    };
    this.report = emptyReport(this.options.required);
    const literal = this.options.required.filter((name) => !(roles as readonly string[]).includes(name));
    if (literal.length > maxRequiredFields)
      throw new RangeError(`at most ${maxRequiredFields} required fields`);
    literal.forEach((name, index) => {
      this.literals.push({ name, bit: 1 << index });
      this.requiredAll |= 1 << index;
    });
    for (const name of this.options.required) {
      const role = (roles as readonly string[]).indexOf(name);
      if (role !== -1) this.roleNeeds.push({ name, role });
    }
    this.scanner = new JsonScanner(new KnownKeys(literal));
    this.rules = new Set(this.options.rules);
    const capacity = this.options.maxLineBytes + readBytes;
    this.buffer = Buffer.alloc(capacity + slackBytes, newline);
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.length);
    this.blocks = new BlockCollector({
      line: ({ text, number }) => this.unstructured(text, number),
      block: (text) => {
        if (!parsePrintedSpan(text)) return false;
        this.report.spans += 1;
        this.report.spanLines += text.split('\n').length;
        return true;
      },
    });
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
    if (this.begin > 0) {
      this.buffer.copyWithin(0, this.begin, this.filledTo);
      this.base += this.begin;
      this.filledTo -= this.begin;
      this.begin = 0;
    }
    return this.buffer.subarray(this.filledTo, this.buffer.length - slackBytes);
  }

  filled(bytes: number): void {
    const from = this.filledTo;
    this.filledTo += bytes;
    this.report.bytes += bytes;
    const lastNewline = this.buffer.subarray(from, this.filledTo).lastIndexOf(newline);
    if (lastNewline !== -1) this.judge(from + lastNewline + 1);
    if (this.skipping) this.begin = this.filledTo;
    else if (this.filledTo - this.begin > this.options.maxLineBytes) {
      this.tooLong(this.begin, Math.min(this.filledTo, this.begin + excerptBytes));
      this.skipping = true;
      this.begin = this.filledTo;
    }
  }

  end(): LogReport {
    if (this.skipping) this.skipping = false;
    else if (this.filledTo > this.begin) {
      const start = this.begin;
      const whole = this.filledTo;
      const before = this.report.structured;
      this.buffer.fill(newline, whole);
      this.judge(whole + 1);
      if (this.report.structured === before && this.buffer[start] === 0x7b) {
        this.report.truncated = 1;
        const at = Math.min(this.scanner.errorAt, whole);
        this.sample('truncated', start, whole, this.base + at, 'the log ends inside a record');
      }
    }
    this.blocks.end();
    this.close();
    return this.report;
  }

  /** All lines up to `end`, which is right behind a newline. */
  private judge(end: number): void {
    const { buffer, scanner, view } = this;
    let at = this.begin;
    if (this.skipping) {
      // The rest of a line that was too long.
      at = buffer.indexOf(newline, at) + 1;
      this.skipping = false;
    }
    const text = buffer.subarray(at, end);
    this.allUtf8 = isUtf8(text);
    if (text.includes(0))
      for (let nul = text.indexOf(0); nul !== -1; nul = text.indexOf(0, nul + 1)) this.report.nulBytes += 1;
    this.findAnchors(at, end);
    if (
      this.number === 0 &&
      this.base === 0 &&
      at === 0 &&
      buffer[0] === 0xef &&
      buffer[1] === 0xbb &&
      buffer[2] === 0xbf
    ) {
      this.report.byteOrderMarks += 1;
      at = 3;
    }
    while (at < end) {
      this.number += 1;
      const byte = buffer[at]!;
      if (scanner.scan(buffer, view, at)) {
        if (scanner.next - at > this.options.maxLineBytes) this.tooLong(at, at + excerptBytes, false);
        else this.structured(at);
      } else if (byte === newline) {
        this.report.blankLines += 1;
      } else {
        this.other(at, scanner.next - 1);
      }
      const next = scanner.next;
      if (!this.allUtf8 && !isUtf8(buffer.subarray(at, next))) this.report.invalidUtf8Lines += 1;
      if (this.nextHit < next) this.examineHits(at, next);
      at = next;
    }
    this.begin = end;
  }

  private structured(at: number): void {
    const { report, scanner } = this;
    report.lines += 1;
    report.structured += 1;
    const types = scanner.types;
    const timeIsNumber = types[roleIndex.time] === valueType.number;
    const levelType = types[roleIndex.level]!;
    const upper = levelType === valueType.string && this.isUpper(scanner.starts[roleIndex.level]!);
    const key =
      (scanner.shapeMask & 0x0fffffff) * 16 + levelType * 4 + (timeIsNumber ? 2 : 0) + (upper ? 1 : 0);
    if (key !== this.shapeKey) this.takeShape(key, levelType === valueType.number, upper, timeIsNumber);
    this.shapeRun += 1;
    this.judgeLevel(at);
    this.judgeTime(at);
    if (types[roleIndex.trace] === valueType.string && this.isIdentifier(roleIndex.trace, 32))
      report.withTraceId += 1;
    if (types[roleIndex.span] === valueType.string && this.isIdentifier(roleIndex.span, 16))
      report.withSpanId += 1;
    if (scanner.duplicateStart !== -1) {
      report.duplicateKeys += 1;
      const name = this.buffer.toString('utf8', scanner.duplicateStart, scanner.duplicateEnd);
      this.sample(
        'duplicate-key',
        at,
        scanner.next - 1,
        this.base + scanner.duplicateStart,
        `"${name}" stands twice`,
      );
    }
    if ((scanner.requiredMask & this.requiredAll) !== this.requiredAll || this.roleNeeds.length > 0)
      this.judgeRequired(at);
    if (scanner.secretStart !== -1 && this.rules.has('secret-field')) {
      const value = this.buffer.toString('utf8', scanner.secretStart, scanner.secretEnd);
      if (isClearSecret(value))
        this.secret('secret-field', scanner.secretStart, ` ("${scanner.secretKey?.name}")`);
    }
  }

  private takeShape(
    key: number,
    levelIsNumber: boolean,
    levelIsUpperCase: boolean,
    timeIsNumber: boolean,
  ): void {
    this.endShapeRun();
    const mask = this.scanner.shapeMask;
    const has = (field: string) =>
      (mask & (1 << shapeFields.indexOf(field as (typeof shapeFields)[number]))) !== 0;
    this.shapeKey = key;
    this.shape = shapeOf({ has, levelIsNumber, levelIsUpperCase, timeIsNumber });
  }

  private endShapeRun(): void {
    if (this.shapeRun > 0)
      this.shapeCounts.set(this.shape, (this.shapeCounts.get(this.shape) ?? 0) + this.shapeRun);
    this.shapeRun = 0;
  }

  private judgeLevel(at: number): void {
    const { scanner } = this;
    const type = scanner.types[roleIndex.level];
    if (type === valueType.none) return;
    const start = scanner.starts[roleIndex.level]!;
    const length = scanner.ends[roleIndex.level]! - start;
    // Up to eight bytes, two loads tell whether the level is that of the line before.
    const head = length >= 4 ? this.view.getInt32(start) : this.view.getInt32(start) >> (8 * (4 - length));
    const tail = length > 4 && length <= 8 ? this.view.getInt32(start + length - 4) : 0;
    if (length === this.levelLength && head === this.levelHead && tail === this.levelTail) {
      this.levelRun += 1;
      return;
    }
    this.endLevelRun();
    const text = this.buffer.toString('latin1', start, start + length);
    const known = this.levelCounts.get(text);
    if (known !== undefined) {
      this.levelCounts.set(text, known + 1);
      if (length <= 8) this.beginLevelRun(text, length, head, tail);
      return;
    }
    const level = type === valueType.string ? levelOf(text, this.shape) : levelOf(Number(text), this.shape);
    if (level === undefined) {
      this.report.unknownLevels += 1;
      this.sample(
        'unknown-level',
        at,
        scanner.next - 1,
        this.base + scanner.starts[roleIndex.level]!,
        `level ${text.slice(0, 40)}`,
      );
    } else if (this.levelCounts.size < 64) this.levelCounts.set(text, 1);
    else this.report.levels[level] = (this.report.levels[level] ?? 0) + 1;
  }

  private beginLevelRun(text: string, length: number, head: number, tail: number): void {
    this.levelText = text;
    this.levelLength = length;
    this.levelHead = head;
    this.levelTail = tail;
  }

  private endLevelRun(): void {
    if (this.levelRun > 0) {
      this.levelCounts.set(this.levelText, (this.levelCounts.get(this.levelText) ?? 0) + this.levelRun);
    }
    this.levelRun = 0;
    this.levelLength = -1;
  }

  private judgeTime(at: number): void {
    const { scanner, report } = this;
    const type = scanner.types[roleIndex.time];
    if (type === valueType.none) return;
    const start = scanner.starts[roleIndex.time]!;
    const end = scanner.ends[roleIndex.time]!;
    const ms =
      type === valueType.number
        ? epochMs(numberAt(this.buffer, start, end))
        : type === valueType.string
          ? (isoAt(this.buffer, start, end) ?? parseTime(this.buffer.toString('latin1', start, end)))
          : this.objectTime(at);
    if (ms === undefined || ms < year2000 || ms > this.options.nowMs + day) {
      report.times.outOfRange += 1;
      const shown = this.buffer.toString('latin1', start, Math.min(end, start + 40));
      this.sample('time-out-of-range', at, scanner.next - 1, this.base + start, `time ${shown}`);
      return;
    }
    report.times.with += 1;
    report.times.firstMs ??= ms;
    report.times.lastMs = ms;
    const back = this.lastMs - ms;
    if (back > this.options.backwardsToleranceMs) {
      report.times.backwards += 1;
      report.times.largestStepBackMs = Math.max(report.times.largestStepBackMs, back);
      this.sample(
        'time-backwards',
        at,
        scanner.next - 1,
        this.base + start,
        `${Math.round(back)} ms before the line above`,
      );
    }
    this.lastMs = ms;
  }

  private objectTime(at: number): number | undefined {
    const record = JSON.parse(this.buffer.toString('utf8', at, this.scanner.next)) as Record<string, unknown>;
    return parseTime(record.timestamp ?? record.time ?? record['@timestamp']);
  }

  private judgeRequired(at: number): void {
    const { scanner, report } = this;
    const missing = this.roleNeeds
      .filter(({ role }) => scanner.types[role] === valueType.none)
      .map(({ name }) => name);
    for (const { name, bit } of this.literals) {
      if ((scanner.requiredMask & bit) === 0 && !this.hasPath(at, name)) missing.push(name);
    }
    for (const name of missing) report.missing[name] = (report.missing[name] ?? 0) + 1;
    if (missing.length > 0)
      this.sample('missing-field', at, scanner.next - 1, this.base + at, `no ${missing.join(', ')}`);
  }

  /** A dotted name that is no key itself may be a path. */
  private hasPath(at: number, name: string): boolean {
    if (!name.includes('.')) return false;
    let value: unknown = JSON.parse(this.buffer.toString('utf8', at, this.scanner.next));
    for (const key of name.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
      value = (value as Record<string, unknown>)[key];
    }
    return true;
  }

  /** A line that is no JSON object: part of a printed span, logfmt, plain text, or broken. */
  private other(start: number, end: number): void {
    const trimmed = end > start && this.buffer[end - 1] === 13 ? end - 1 : end;
    const text = this.buffer.toString('utf8', start, trimmed);
    this.pendingOffsets.set(this.number, this.base + start);
    this.pendingErrors.set(this.number, this.scanner.errorAt - start + 1);
    this.blocks.add({ text, number: this.number });
    if (this.pendingOffsets.size > 20_000) {
      this.pendingOffsets.clear();
      this.pendingErrors.clear();
    }
  }

  /** Of lines that wait for the end of their block. */
  private readonly pendingOffsets = new Map<number, number>();
  private readonly pendingErrors = new Map<number, number>();

  private unstructured(text: string, number: number): void {
    const { report } = this;
    const offset = this.pendingOffsets.get(number) ?? 0;
    const brokenAt = this.pendingErrors.get(number) ?? 1;
    this.pendingOffsets.delete(number);
    this.pendingErrors.delete(number);
    if (text.trim() === '') {
      report.blankLines += 1;
      return;
    }
    report.lines += 1;
    const isLogfmt = parseLogfmt(text.slice(0, 64 * 1024)) !== undefined;
    if (isLogfmt) report.logfmt += 1;
    const shape = isLogfmt ? 'logfmt' : 'plain';
    this.shapeCounts.set(shape, (this.shapeCounts.get(shape) ?? 0) + 1);
    if (/trace/i.test(text) && /\btrace[-_. ]?id['"]?\s*[=:]\s*['"]?(?:0x)?[0-9a-f]{32}\b/i.test(text))
      report.withTraceId += 1;
    const broken = text.trimStart().startsWith('{');
    const problem = broken ? 'broken-json' : 'not-structured';
    if (!this.wantsSample(problem)) return;
    const detail = broken
      ? `JSON breaks at byte ${brokenAt} of the line`
      : isLogfmt
        ? 'logfmt'
        : 'plain text';
    const shown = this.secretLines.has(number) ? {} : { text: text.slice(0, excerptBytes) };
    report.samples.push({ problem, line: number, offset, detail, ...shown });
  }

  private tooLong(start: number, end: number, counted = true): void {
    this.number += counted ? 1 : 0;
    this.report.lines += 1;
    this.report.tooLong += 1;
    this.shapeCounts.set('plain', (this.shapeCounts.get('plain') ?? 0) + 1);
    this.sample('too-long', start, end, this.base + start, `longer than ${this.options.maxLineBytes} bytes`);
  }

  private sample(problem: LineProblem, start: number, end: number, offset: number, detail: string): void {
    if (!this.wantsSample(problem)) return;
    const text = this.buffer.toString('utf8', start, Math.min(end, start + excerptBytes));
    const shown = this.secretLines.has(this.number) ? {} : { text };
    this.report.samples.push({ problem, line: this.number, offset, detail, ...shown });
  }

  private wantsSample(problem: LineProblem): boolean {
    const count = (this.sampleCounts.get(problem) ?? 0) + 1;
    this.sampleCounts.set(problem, count);
    return count <= samplesKept;
  }

  private secret(rule: SecretRule, at: number, which = ''): void {
    this.report.secrets[rule] = (this.report.secrets[rule] ?? 0) + 1;
    if (this.secretLines.size > 20_000) this.secretLines.clear();
    this.secretLines.add(this.number);
    for (const sample of this.report.samples) if (sample.line === this.number) delete sample.text;
    if (!this.wantsSample('secret')) return;
    const offset = this.base + at;
    this.report.samples.push({
      problem: 'secret',
      line: this.number,
      offset,
      detail: `${secretMeanings[rule]}${which}`,
    });
  }

  private findAnchors(start: number, end: number): void {
    this.nextHit = Infinity;
    for (let index = 0; index < anchors.length; index++) {
      const { needle, rules } = anchors[index]!;
      const wanted = rules.some(([rule]) => this.rules.has(rule));
      this.hits[index] = wanted ? this.nextOf(needle, start, end) : Infinity;
      if (this.hits[index]! < this.nextHit) this.nextHit = this.hits[index]!;
    }
  }

  private nextOf(needle: string, from: number, end: number): number {
    const at = this.buffer.indexOf(needle, from, 'latin1');
    return at === -1 || at >= end ? Infinity : at;
  }

  /** Tries the patterns of the anchors that lie in this line; a rule counts once a line. */
  private examineHits(start: number, next: number): void {
    const end = this.filledTo;
    const found = new Set<SecretRule>();
    this.nextHit = Infinity;
    for (let index = 0; index < anchors.length; index++) {
      const { needle, rules } = anchors[index]!;
      let hit = this.hits[index]!;
      while (hit < next) {
        // `"@timestamp"` begins with an at sign, and nothing stands before it.
        const before = this.buffer[hit - 1];
        if (needle !== '@' || (before !== 34 && before !== 32)) {
          const text = this.buffer.toString('latin1', Math.max(start, hit - 256), Math.min(next, hit + 256));
          for (const [rule, pattern] of rules) {
            if (this.rules.has(rule) && !found.has(rule) && pattern.test(text)) {
              found.add(rule);
              this.secret(rule, hit);
            }
          }
        }
        hit = this.nextOf(needle, hit + 1, end);
      }
      this.hits[index] = hit;
      if (hit < this.nextHit) this.nextHit = hit;
    }
  }

  private isUpper(at: number): boolean {
    const byte = this.buffer[at]!;
    return byte >= 65 && byte <= 90;
  }

  private isIdentifier(role: number, digits: 16 | 32): boolean {
    const start = this.scanner.starts[role]!;
    const end = this.scanner.ends[role]!;
    if (end - start === digits) {
      let zeros = 0;
      let at = start;
      for (; at < end; at++) {
        const byte = this.buffer[at]!;
        if (byte === 48) zeros += 1;
        else if (!((byte > 48 && byte <= 57) || (byte >= 97 && byte <= 102))) break;
      }
      if (at === end) return zeros < digits;
    }
    const text = this.buffer.toString('latin1', start, end);
    return (digits === 32 ? traceIdOf(text) : spanIdOf(text)) !== undefined;
  }

  private close(): void {
    const { report } = this;
    this.endShapeRun();
    this.endLevelRun();
    for (const [shape, count] of this.shapeCounts) report.shapes[shape as JsonShape] = count;
    for (const [text, count] of this.levelCounts) {
      const level: Level | undefined = /^\d+$/.test(text)
        ? (levelOf(Number(text), this.shape) ?? levelOfNumber(Number(text), 'pino'))
        : levelOfWord(text);
      if (level) report.levels[level] = (report.levels[level] ?? 0) + count;
    }
    report.samples.sort((a, b) => a.line - b.line);
  }
}

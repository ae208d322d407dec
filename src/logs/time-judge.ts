import { isoAt, numberAt } from './bytes.ts';
import type { Findings } from './findings.ts';
import { roleIndex } from './known-keys.ts';
import { type LineFacts, valueType } from './line-facts.ts';
import type { LogBuffer } from './log-buffer.ts';
import { type Fields, pick } from './pick-field.ts';
import type { LogReport } from './report.ts';
import { epochMs, parseTime } from './time.ts';

const day = 86_400_000;
const year2000 = Date.UTC(2000, 0, 1);
const shownBytes = 40;

export interface TimeLimits {
  /** Steps back in time up to this are the order of concurrent writers. */
  backwardsToleranceMs: number;
  nowMs: number;
}

/** Judges the times of structured lines: whether they can be, and whether they go forward. */
export class TimeJudge {
  private readonly buffer: LogBuffer;
  private readonly findings: Findings;
  private readonly times: LogReport['times'];
  private readonly limits: TimeLimits;
  private lastMs = -Infinity;

  constructor(buffer: LogBuffer, findings: Findings, times: LogReport['times'], limits: TimeLimits) {
    this.buffer = buffer;
    this.findings = findings;
    this.times = times;
    this.limits = limits;
  }

  judge(facts: LineFacts, line: number, start: number, end: number): void {
    const type = facts.types[roleIndex.time]!;
    if (type === valueType.none) return;
    const { times, limits } = this;
    const from = facts.starts[roleIndex.time]!;
    const to = facts.ends[roleIndex.time]!;
    const ms = this.msOf(type, from, to, start, end);
    if (ms === undefined || ms < year2000 || ms > limits.nowMs + day) {
      times.outOfRange += 1;
      const shown = this.buffer.ascii(from, Math.min(to, from + shownBytes));
      this.findings.add('time-out-of-range', line, start, end, `time ${shown}`, from);
      return;
    }
    times.with += 1;
    times.firstMs ??= ms;
    times.lastMs = ms;
    const back = this.lastMs - ms;
    this.lastMs = ms;
    if (back <= limits.backwardsToleranceMs) return;
    times.backwards += 1;
    times.largestStepBackMs = Math.max(times.largestStepBackMs, back);
    this.findings.add(
      'time-backwards',
      line,
      start,
      end,
      `${Math.round(back)} ms before the line above`,
      from,
    );
  }

  private msOf(type: number, from: number, to: number, start: number, end: number): number | undefined {
    const { bytes } = this.buffer;
    if (type === valueType.number) return epochMs(numberAt(bytes, from, to));
    if (type === valueType.string) return isoAt(bytes, from, to) ?? parseTime(this.buffer.ascii(from, to));
    const record = JSON.parse(this.buffer.text(start, end)) as Fields;
    return parseTime(pick(record, 'time'));
  }
}

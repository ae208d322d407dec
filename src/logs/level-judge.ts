import { roleIndex } from './known-keys.ts';
import type { Level } from './level.ts';
import { type LineFacts, valueType } from './line-facts.ts';
import type { LogBuffer } from './log-buffer.ts';
import { levelOf } from './record.ts';
import type { LogReport } from './report.ts';
import type { Shape } from './shape.ts';

/** Different texts of levels that are remembered for each shape; a log has a handful. */
const textsRemembered = 64;

/** Counts levels. Most lines have that of the line before: they are counted as a run, for a map each would cost a tenth. */
export class LevelJudge {
  private readonly buffer: LogBuffer;
  private readonly counts: LogReport['levels'];
  private readonly known = new Map<Shape, Map<string, Level | undefined>>();
  private shape: Shape | undefined;
  private level: Level | undefined;
  private run = 0;
  private length = -1;
  private head = 0;
  private tail = 0;

  constructor(buffer: LogBuffer, counts: LogReport['levels']) {
    this.buffer = buffer;
    this.counts = counts;
  }

  /** The text of a level that no logger has; `undefined` where there is none, or a known one. */
  judge(facts: LineFacts, shape: Shape): string | undefined {
    const type = facts.types[roleIndex.level]!;
    if (type === valueType.none) return undefined;
    if (type === valueType.other) return 'that is an object';
    const start = facts.starts[roleIndex.level]!;
    const end = facts.ends[roleIndex.level]!;
    const length = end - start;
    const { view } = this.buffer;
    // Up to eight bytes, two loads decide whether the level is that of the previous line.
    const head = length >= 4 ? view.getInt32(start) : view.getInt32(start) >> (8 * (4 - length));
    const tail = length > 4 ? view.getInt32(end - 4) : 0;
    if (
      length === this.length &&
      head === this.head &&
      tail === this.tail &&
      shape === this.shape &&
      this.level !== undefined
    ) {
      this.run += 1;
      return undefined;
    }
    this.end();
    const text = this.buffer.ascii(start, end);
    this.level = this.levelOf(text, type, shape);
    this.shape = shape;
    this.length = length > 8 ? -1 : length;
    this.head = head;
    this.tail = tail;
    if (this.level === undefined) return text;
    this.run = 1;
    return undefined;
  }

  end(): void {
    if (this.run > 0) this.counts[this.level!] = (this.counts[this.level!] ?? 0) + this.run;
    this.run = 0;
  }

  private levelOf(text: string, type: number, shape: Shape): Level | undefined {
    const known = this.known.get(shape) ?? new Map<string, Level | undefined>();
    this.known.set(shape, known);
    if (known.has(text)) return known.get(text);
    const level = levelOf(type === valueType.number ? Number(text) : text, shape);
    if (known.size < textsRemembered) known.set(text, level);
    return level;
  }
}

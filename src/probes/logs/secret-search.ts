import type { Findings } from './findings.ts';
import type { LogBuffer } from './log-buffer.ts';
import { anchors, type SecretRule } from './secrets.ts';

/** Around an anchor, what a pattern gets to see. */
const windowBytes = 256;

/** Finds secrets in any text: a search for the rare bytes that each pattern needs, and the pattern only where they are. */
export class SecretSearch {
  private readonly buffer: LogBuffer;
  private readonly findings: Findings;
  private readonly rules: ReadonlySet<SecretRule>;
  /** By anchor: where it stands next, or `Infinity`. */
  private readonly hits = new Float64Array(anchors.length);
  /** What is searched now: up to the end of the last line. */
  private bytes: Buffer = Buffer.alloc(0);
  /** The first of them. */
  nextHit = Infinity;

  constructor(buffer: LogBuffer, findings: Findings, rules: ReadonlySet<SecretRule>) {
    this.buffer = buffer;
    this.findings = findings;
    this.rules = rules;
  }

  begin(start: number, end: number): void {
    this.bytes = this.buffer.bytes.subarray(0, end);
    this.nextHit = Infinity;
    for (let index = 0; index < anchors.length; index++) {
      const { needle, rules } = anchors[index]!;
      const wanted = rules.some(([rule]) => this.rules.has(rule));
      this.hits[index] = wanted ? this.nextOf(needle, start) : Infinity;
      if (this.hits[index]! < this.nextHit) this.nextHit = this.hits[index]!;
    }
  }

  /** Tries the patterns of the anchors in this line; a rule counts once a line. */
  examine(line: number, start: number, next: number): void {
    const found = new Set<SecretRule>();
    this.nextHit = Infinity;
    for (let index = 0; index < anchors.length; index++) {
      const { needle, rules } = anchors[index]!;
      let hit = this.hits[index]!;
      while (hit < next) {
        if (!this.isTimestamp(needle, hit)) {
          const text = this.buffer.ascii(
            Math.max(start, hit - windowBytes),
            Math.min(next, hit + windowBytes),
          );
          for (const [rule, pattern] of rules) {
            if (this.rules.has(rule) && !found.has(rule) && pattern.test(text)) {
              found.add(rule);
              this.findings.addSecret(rule, line, hit);
            }
          }
        }
        hit = this.nextOf(needle, hit + 1);
      }
      this.hits[index] = hit;
      if (hit < this.nextHit) this.nextHit = hit;
    }
  }

  /** `"@timestamp"` begins with an at sign, and nothing stands before it. */
  private isTimestamp(needle: string, hit: number): boolean {
    const before = this.buffer.bytes[hit - 1];
    return needle === '@' && (before === 34 || before === 32);
  }

  private nextOf(needle: string, from: number): number {
    const at = this.bytes.indexOf(needle, from, 'latin1');
    return at === -1 ? Infinity : at;
  }
}

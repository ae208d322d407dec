import { excerpt } from '../base/safe-text.ts';
import type { LogBuffer } from './log-buffer.ts';
import { type LineProblem, type LogReport, samplesKept } from './report.ts';
import { type SecretRule, secretMeanings } from './secret-rules.ts';

const excerptLength = 400;
/** So that a secret across the cut is recognized. */
const readBytes = 4096;
/** Line numbers that are held for a line whose findings are not all there yet. */
const linesRemembered = 20_000;

/** Keeps the first lines of each problem, and no text of a line that holds a secret, whatever else is wrong with it. */
export class Findings {
  private readonly report: LogReport;
  private readonly buffer: LogBuffer;
  private readonly counts = new Map<LineProblem, number>();
  private readonly secretLines = new Set<number>();
  /** Findings in the last line with a secret. */
  private rulesOfLine = { line: -1, rules: new Set<SecretRule>() };

  constructor(report: LogReport, buffer: LogBuffer) {
    this.report = report;
    this.buffer = buffer;
  }

  /** `start` and `end`: of the line in the buffer; `at`: of the byte that is wrong. */
  add(problem: LineProblem, line: number, start: number, end: number, detail: string, at = start): void {
    if (!this.wants(problem)) return;
    const text = excerpt(this.buffer.text(start, Math.min(end, start + readBytes)), excerptLength);
    this.keep(problem, line, this.buffer.offsetOf(at), detail, text);
  }

  /** Of a line that may have left the buffer. */
  addText(problem: LineProblem, line: number, offset: number, detail: string, text: string): void {
    if (this.wants(problem)) this.keep(problem, line, offset, detail, excerpt(text, excerptLength));
  }

  /** A rule counts once a line. */
  addSecret(rule: SecretRule, line: number, at: number, which = ''): void {
    if (this.rulesOfLine.line !== line) this.rulesOfLine = { line, rules: new Set() };
    if (this.rulesOfLine.rules.has(rule)) return;
    this.rulesOfLine.rules.add(rule);
    this.report.secrets[rule] = (this.report.secrets[rule] ?? 0) + 1;
    this.hide(line);
    if (this.wants('secret'))
      this.keep('secret', line, this.buffer.offsetOf(at), `${secretMeanings[rule]}${which}`);
  }

  /** Shows no text of the line, and none of what was kept of it. */
  hide(line: number): void {
    if (this.secretLines.size > linesRemembered) this.secretLines.clear();
    this.secretLines.add(line);
    for (const sample of this.report.samples) if (sample.line === line) delete sample.text;
  }

  /** Counts the samples of one problem as those of another. */
  rename(from: LineProblem, to: LineProblem): void {
    this.counts.delete(from);
    const { samples } = this.report;
    const renamed = samples.filter(({ problem }) => problem === from);
    if (renamed.length === 0) return;
    for (const sample of renamed) sample.problem = to;
    const ofKind = samples.filter(({ problem }) => problem === to).sort((a, b) => a.line - b.line);
    this.counts.set(to, Math.max(this.counts.get(to) ?? 0, ofKind.length));
    const dropped = new Set(ofKind.slice(samplesKept));
    if (dropped.size > 0) this.report.samples = samples.filter((sample) => !dropped.has(sample));
  }

  private keep(problem: LineProblem, line: number, offset: number, detail: string, text?: string): void {
    const shown = text === undefined || this.secretLines.has(line) ? {} : { text };
    this.report.samples.push({ problem, line, offset, detail, ...shown });
  }

  private wants(problem: LineProblem): boolean {
    const count = (this.counts.get(problem) ?? 0) + 1;
    this.counts.set(problem, count);
    return count <= samplesKept;
  }
}

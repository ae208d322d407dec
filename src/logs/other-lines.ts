import { BlockCollector, type BlockLine } from './blocks.ts';
import type { Findings } from './findings.ts';
import type { LogBuffer } from './log-buffer.ts';
import { parseLogfmt } from './logfmt.ts';
import { parsePrinted } from './printed-block.ts';
import type { LogReport } from './report.ts';

/** Bytes of a line that are tested for logfmt. */
const lookedAt = 64 * 1024;
const traceInText = /\btrace[-_. ]?id['"]?\s*[=:]\s*['"]?(?:0x)?[0-9a-f]{32}\b/i;

interface OtherLine extends BlockLine {
  /** Of its first byte in the log. */
  offset: number;
  /** The byte of the line where it stops being JSON, from 1. */
  brokenAt: number;
}

/** Judges lines that are no JSON object: parts of printed spans, logfmt, plain text, broken. */
export class OtherLines {
  private readonly buffer: LogBuffer;
  private readonly findings: Findings;
  private readonly report: LogReport;
  private readonly blocks: BlockCollector<OtherLine>;
  private readonly onRecord: (json: string, line: number, offset: number) => void;

  constructor(
    buffer: LogBuffer,
    findings: Findings,
    report: LogReport,
    onRecord: (json: string, line: number, offset: number) => void,
  ) {
    this.buffer = buffer;
    this.onRecord = onRecord;
    this.findings = findings;
    this.report = report;
    this.blocks = new BlockCollector({
      line: (line) => this.judge(line),
      block: (text, first) => this.take(text, first),
      wrapper: () => {
        this.report.wrapperLines += 1;
      },
    });
  }

  /** The line lies between `start` and `end`, where its newline is; `errorAt` is where it stops being JSON. */
  add(number: number, start: number, end: number, errorAt: number): void {
    const trimmed = end > start && this.buffer.bytes[end - 1] === 13 ? end - 1 : end;
    const text = this.buffer.text(start, trimmed);
    this.blocks.add({ text, number, offset: this.buffer.offsetOf(start), brokenAt: errorAt - start + 1 });
  }

  end(): void {
    this.blocks.end();
  }

  private take(text: string, { number, offset }: OtherLine): boolean {
    const printed = parsePrinted(text);
    if (printed?.kind === 'record') this.onRecord(printed.json, number, offset);
    else if (printed?.kind === 'span') {
      this.report.spans += 1;
      this.report.spanLines += text.split('\n').length;
    }
    return printed !== undefined;
  }

  private judge({ text, number, offset, brokenAt }: OtherLine): void {
    const { report } = this;
    if (text.trim() === '') {
      report.blankLines += 1;
      return;
    }
    report.lines += 1;
    const isLogfmt = parseLogfmt(text.slice(0, lookedAt)) !== undefined;
    if (isLogfmt) report.logfmt += 1;
    const shape = isLogfmt ? 'logfmt' : 'plain';
    report.shapes[shape] = (report.shapes[shape] ?? 0) + 1;
    if (/trace/i.test(text) && traceInText.test(text)) report.withTraceId += 1;
    const isBroken = text.trimStart().startsWith('{');
    const problem = isBroken ? 'broken-json' : 'not-structured';
    const kind = isLogfmt ? 'logfmt' : 'plain text';
    const detail = isBroken ? `JSON breaks at byte ${brokenAt} of the line` : kind;
    this.findings.addText(problem, number, offset, detail, text);
  }
}

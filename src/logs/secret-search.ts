import { createRedactor, type Redactor } from '../base/redact.ts';
import { searchableRuns } from '../base/secret-forms.ts';
import { AnchorSearch } from './anchor-search.ts';
import { atSign } from './at-signs.ts';
import type { Findings } from './findings.ts';
import { type LogBuffer, newline } from './log-buffer.ts';
import { providerNeedles, shortPrefixes } from './provider-keys.ts';
import type { FoundSecret, SecretRule } from './secret-rules.ts';
import { anchors } from './secrets.ts';

/** Bytes around an anchor that are passed to a rule. */
const windowBytes = 256;
/** A secret of the project may be written at length: each character as an escape. */
const projectWindowBytes = 1024;
const commercialAt = 64;

/** By needle: what to ask. Needles behind these are of the project's secrets. */
const finders = anchors.flatMap(({ needles, find }) => needles.map(() => find));
const providerIndex = [anchors.flatMap(({ needles }) => needles).indexOf(providerNeedles[0]!)];

/** The search of the analyser before: its table is worth keeping where one analyser follows another. */
let last: { secrets: readonly string[]; search: AnchorSearch } | undefined;

function searchFor(secrets: readonly string[]): AnchorSearch {
  if (last?.secrets !== secrets) {
    const runs = [...new Set(secrets.flatMap(searchableRuns))];
    last = { secrets, search: new AnchorSearch([...anchors.flatMap(({ needles }) => needles), ...runs]) };
  }
  return last.search;
}

const none: readonly string[] = [];

/** Finds secrets in any text: a search for the bytes that each rule needs, and the rule only where they are. */
export class SecretSearch {
  private readonly buffer: LogBuffer;
  private readonly findings: Findings;
  private readonly rules: ReadonlySet<SecretRule>;
  private readonly search: AnchorSearch;
  private readonly isWanted: boolean;
  private readonly redact: Redactor;
  /** Bytes that are searched: up to the end of the last line. */
  private bytes: Buffer = Buffer.alloc(0);
  private nextAnchor = Infinity;
  /** That begin there. */
  private needles: readonly number[] = [];
  private nextAt = Infinity;
  /** The first of them. */
  nextHit = Infinity;

  constructor(
    buffer: LogBuffer,
    findings: Findings,
    rules: ReadonlySet<SecretRule>,
    secrets: readonly string[] = none,
  ) {
    this.buffer = buffer;
    this.findings = findings;
    this.rules = rules;
    this.isWanted = rules.size > 0 || secrets.length > 0;
    this.search = searchFor(secrets);
    this.redact = createRedactor(...secrets);
  }

  begin(start: number, end: number): void {
    this.bytes = this.buffer.bytes.subarray(0, end);
    this.advance(start);
    // No byte is before the first one, and so none of the needles is found.
    if (shortPrefixes.some((prefix) => prefix.equals(this.bytes.subarray(start, start + prefix.length)))) {
      this.nextAnchor = start;
      this.needles = providerIndex;
    }
    this.nextAt = this.nextAtSign(start);
    this.nextHit = Math.min(this.nextAnchor, this.nextAt);
  }

  /** Asks the rules of the anchors in this line; a rule counts once a line. */
  examine(line: number, start: number, next: number): void {
    const around = (hit: number, bytes: number): [text: string, at: number] => {
      const from = Math.max(start, hit - bytes);
      return [this.buffer.ascii(from, Math.min(next, hit + bytes)), hit - from];
    };
    while (this.nextAnchor < next) {
      const hit = this.nextAnchor;
      for (const needle of this.needles) this.ask(needle, around, line, hit);
      this.advance(hit + 1);
    }
    while (this.nextAt < next) {
      const hit = this.nextAt;
      if (!this.isTimestamp(hit)) this.add(atSign(...around(hit, windowBytes)), line, hit);
      this.nextAt = this.nextAtSign(hit + 1);
    }
    this.nextHit = Math.min(this.nextAnchor, this.nextAt);
  }

  private advance(from: number): void {
    if (!this.isWanted) return;
    const hit = this.search.next(this.bytes, from, this.bytes.length);
    // A needle that begins with a newline belongs to the line behind it.
    this.nextAnchor = this.bytes[hit] === newline ? hit + 1 : hit;
    this.needles = [...this.search.found];
  }

  private ask(
    needle: number,
    around: (hit: number, bytes: number) => [text: string, at: number],
    line: number,
    hit: number,
  ): void {
    if (needle < finders.length) {
      this.add(finders[needle]!(...around(hit, windowBytes)), line, hit);
      return;
    }
    const [text] = around(hit, projectWindowBytes);
    if (this.redact(text) !== text) this.add({ rule: 'project-secret' }, line, hit);
  }

  private add(found: FoundSecret | undefined, line: number, hit: number): void {
    if (!found) return;
    if (this.rules.has(found.rule)) {
      this.findings.addSecret(found.rule, line, hit, found.name ? ` ("${found.name}")` : '');
    } else if (found.rule === 'project-secret') this.findings.hide(line);
  }

  /** Returns true for an at sign without a text before it, as in `"@timestamp"`. */
  private isTimestamp(hit: number): boolean {
    const before = this.bytes[hit - 1];
    return before === 34 || before === 32;
  }

  private nextAtSign(from: number): number {
    if (!this.rules.has('email') && !this.rules.has('url-password')) return Infinity;
    const at = this.bytes.indexOf(commercialAt, from);
    return at === -1 ? Infinity : at;
  }
}

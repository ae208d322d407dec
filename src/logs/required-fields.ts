import { fieldNames, type Role, roles } from './fields.ts';
import type { Findings } from './findings.ts';
import { maxConditions, maxRequiredFields, requestMask, roleIndex } from './known-keys.ts';
import { type LineFacts, valueType } from './line-facts.ts';
import type { LogBuffer } from './log-buffer.ts';
import type { LogReport } from './report.ts';

/** Fields to look for in structured lines: names at their top, dotted paths, or roles (`trace`, `level`, …). */
export interface WantedFields {
  /** Fields that every examined line must have. */
  required?: readonly string[] | undefined;
  /** Fields that a line must have to be examined, or `name=value`. Default: each line is. */
  where?: readonly string[] | undefined;
}

/** Names among the wanted fields, without roles, in the order of the bits that a scan has for them. */
export function wantedNames({ required = [], where = [] }: WantedFields): string[] {
  const names = [...required, ...where.map((condition) => conditionOf(condition).name)];
  return [...new Set(names.filter((name) => indexOfRole(name) === -1))];
}

interface Wanted {
  name: string;
  /** -1: it is a name. */
  role: number;
  bit: number;
  /** The value must be an identifier of this role. */
  identifier: Role | undefined;
  value?: string | undefined;
}

/** Judges whether structured lines have the required fields. A trace that is none (`0`, all zero) is missing. */
export class RequiredFields {
  private readonly required: readonly Wanted[];
  private readonly where: readonly Wanted[];
  private readonly buffer: LogBuffer;
  private readonly findings: Findings;
  private readonly report: LogReport;
  /** That lines outside of requests do not have. */
  private readonly identifiers: ReadonlySet<string>;

  constructor(wanted: WantedFields, buffer: LogBuffer, findings: Findings, report: LogReport) {
    const { required = [], where = [] } = wanted;
    if (required.length > maxRequiredFields)
      throw new RangeError(`at most ${maxRequiredFields} required fields`);
    if (where.length > maxConditions) throw new RangeError(`at most ${maxConditions} conditions`);
    const names = wantedNames(wanted);
    const asWanted = (name: string, value?: string): Wanted => ({
      name,
      role: indexOfRole(name),
      bit: 1 << names.indexOf(name),
      identifier: (['trace', 'span'] as const).find(
        (role) => name === role || fieldNames[role].includes(name),
      ),
      value,
    });
    this.required = required.map((name) => asWanted(name));
    this.where = where.map((condition) => {
      const { name, value } = conditionOf(condition);
      return asWanted(name, value);
    });
    this.identifiers = new Set(this.required.filter(({ identifier }) => identifier).map(({ name }) => name));
    if (this.identifiers.size > 0 && where.length === 0)
      report.outside = { before: 0, after: 0, requests: 0, fields: [...this.identifiers] };
    this.buffer = buffer;
    this.findings = findings;
    this.report = report;
  }

  /** `has`: whether the line has a valid trace and span. */
  judge(
    facts: LineFacts,
    line: number,
    start: number,
    end: number,
    has: { trace: boolean; span: boolean },
  ): void {
    if (this.required.length === 0) return;
    const { report } = this;
    if (!this.where.every((each) => this.isMet(each, facts, start, end))) return;
    report.examined += 1;
    const missing = this.required
      .filter((each) => !this.isPresent(each, facts, start, end, has))
      .map(({ name }) => name);
    const { outside } = report;
    let problem: 'missing-field' | 'before-requests' | 'after-requests' = 'missing-field';
    if (outside) {
      if (has.trace || has.span || (facts.requiredMask & requestMask) !== 0) this.enterRequest(outside);
      else if (missing.every((name) => this.identifiers.has(name))) {
        outside[outside.requests > 0 ? 'after' : 'before'] += 1;
        problem = outside.requests > 0 ? 'after-requests' : 'before-requests';
      }
    }
    if (missing.length === 0) return;
    if (problem === 'missing-field')
      for (const name of missing) report.missing[name] = (report.missing[name] ?? 0) + 1;
    this.findings.add(problem, line, start, end, `no ${missing.join(', ')}`);
  }

  /** Lines since the last line of a request turn out to be between two. */
  private enterRequest(outside: NonNullable<LogReport['outside']>): void {
    outside.requests += 1;
    if (outside.after === 0) return;
    for (const name of outside.fields)
      this.report.missing[name] = (this.report.missing[name] ?? 0) + outside.after;
    outside.after = 0;
    this.findings.rename('after-requests', 'missing-field');
  }

  private isPresent(
    { name, role, bit, identifier }: Wanted,
    facts: LineFacts,
    start: number,
    end: number,
    has: { trace: boolean; span: boolean },
  ): boolean {
    if (identifier === 'trace' || identifier === 'span') {
      if (!has[identifier]) return false;
      if (role !== -1) return true;
    }
    if (role !== -1) return facts.types[role] !== valueType.none;
    return this.hasName(name, bit, facts, start, end);
  }

  private hasName(name: string, bit: number, facts: LineFacts, start: number, end: number): boolean {
    if ((facts.requiredMask & bit) !== 0) return true;
    return name.includes('.') && this.valueAt(name, start, end) !== undefined;
  }

  private isMet({ name, role, bit, value }: Wanted, facts: LineFacts, start: number, end: number): boolean {
    if (value === undefined) {
      if (role !== -1) return facts.types[role] !== valueType.none;
      return this.hasName(name, bit, facts, start, end);
    }
    if (role !== -1) return this.buffer.text(facts.starts[role]!, facts.ends[role]!) === value;
    const found = this.valueAt(name, start, end);
    return (typeof found === 'string' ? found : JSON.stringify(found)) === value;
  }

  /** Value of a field at the top of the line, or under a dotted path. */
  private valueAt(name: string, start: number, end: number): unknown {
    const record = JSON.parse(this.buffer.text(start, end)) as Record<string, unknown>;
    if (Object.hasOwn(record, name)) return record[name];
    let value: unknown = record;
    for (const key of name.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
      value = (value as Record<string, unknown>)[key];
    }
    return value;
  }
}

function indexOfRole(name: string): number {
  return Object.hasOwn(roleIndex, name) ? roles.indexOf(name as Role) : -1;
}

/** Parts of `name` or `name=value`. */
export function conditionOf(condition: string): { name: string; value?: string } {
  const at = condition.indexOf('=');
  return at === -1 ? { name: condition } : { name: condition.slice(0, at), value: condition.slice(at + 1) };
}

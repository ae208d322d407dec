import { roles } from './fields.ts';
import type { Findings } from './findings.ts';
import { maxRequiredFields } from './known-keys.ts';
import { type LineFacts, valueType } from './line-facts.ts';
import type { LogBuffer } from './log-buffer.ts';

/** Those of the required fields that are names, not roles. */
export function namesAmong(required: readonly string[]): string[] {
  return required.filter((name) => roleOf(name) === -1);
}

function roleOf(name: string): number {
  return (roles as readonly string[]).indexOf(name);
}

/** Fields that every structured line must have: a name at its top, a dotted path, or a role. */
export class RequiredFields {
  /** Those that are names, in the order of the scan's bits for them. */
  private readonly names: readonly string[];
  private readonly roles: readonly { name: string; role: number }[];
  private readonly allNames: number;
  private readonly buffer: LogBuffer;
  private readonly findings: Findings;
  private readonly missing: Record<string, number>;

  constructor(
    required: readonly string[],
    buffer: LogBuffer,
    findings: Findings,
    missing: Record<string, number>,
  ) {
    this.names = namesAmong(required);
    this.roles = required.map((name) => ({ name, role: roleOf(name) })).filter(({ role }) => role !== -1);
    if (this.names.length > maxRequiredFields)
      throw new RangeError(`at most ${maxRequiredFields} required fields`);
    this.allNames = (1 << this.names.length) - 1;
    this.buffer = buffer;
    this.findings = findings;
    this.missing = missing;
  }

  judge(facts: LineFacts, line: number, start: number, end: number): void {
    if (facts.requiredMask === this.allNames && this.roles.length === 0) return;
    const missing = this.roles
      .filter(({ role }) => facts.types[role] === valueType.none)
      .map(({ name }) => name);
    this.names.forEach((name, index) => {
      if ((facts.requiredMask & (1 << index)) === 0 && !this.hasPath(name, start, end)) missing.push(name);
    });
    for (const name of missing) this.missing[name] = (this.missing[name] ?? 0) + 1;
    if (missing.length > 0) this.findings.add('missing-field', line, start, end, `no ${missing.join(', ')}`);
  }

  /** A dotted name that is no key itself may be a path. */
  private hasPath(name: string, start: number, end: number): boolean {
    if (!name.includes('.')) return false;
    let value: unknown = JSON.parse(this.buffer.text(start, end));
    for (const key of name.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
      value = (value as Record<string, unknown>)[key];
    }
    return true;
  }
}

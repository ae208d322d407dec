import { roles } from './fields.ts';
import type { KnownKey } from './known-keys.ts';

/** What stands where in a value that has a role. */
export const valueType = { none: 0, string: 1, number: 2, other: 3 } as const;

/** What a scan found in a line of JSON, apart from its being one. */
export class LineFacts {
  /** Which of the fields that tell shapes apart are there. */
  shapeMask = 0;
  requiredMask = 0;
  depth = 0;
  /** A key that the same object had before: where it lies; -1: none. */
  duplicateStart = -1;
  duplicateEnd = -1;
  /** A value under the name of a secret; -1: none. */
  secretStart = -1;
  secretEnd = -1;
  secretKey: KnownKey | undefined;
  /** By role: type of the value, and where it lies (without quotes). */
  readonly types = new Uint8Array(roles.length);
  readonly starts = new Int32Array(roles.length);
  readonly ends = new Int32Array(roles.length);
  private readonly priorities = new Int32Array(roles.length);

  reset(): void {
    this.shapeMask = 0;
    this.requiredMask = 0;
    this.duplicateStart = -1;
    this.secretStart = -1;
    for (let role = 0; role < this.types.length; role++) this.types[role] = 0;
  }

  /** A value with a role; that of the preferred name stays. */
  value(role: number, priority: number, type: number, start: number, end: number): void {
    if (this.types[role] !== 0 && this.priorities[role]! <= priority) return;
    this.priorities[role] = priority;
    this.types[role] = type;
    this.starts[role] = start;
    this.ends[role] = end;
  }

  /** The first secret of a line stands for all of it. */
  secret(key: KnownKey, start: number, end: number): void {
    if (this.secretStart !== -1) return;
    this.secretStart = start;
    this.secretEnd = end;
    this.secretKey = key;
  }
}

import { type KnownKey, scannedRoles } from './known-keys.ts';

/** Type and position of a value that has a role. */
export const valueType = { none: 0, string: 1, number: 2, other: 3 } as const;

/** Facts that a scan found in a valid line of JSON. */
export class LineFacts {
  /** Mask of the present fields that distinguish shapes. */
  shapeMask = 0;
  requiredMask = 0;
  /** Mask of the present fields that distinguish frames. */
  frameMask = 0;
  depth = 0;
  /** A key that the same object had before: where it lies; -1: none. */
  duplicateStart = -1;
  duplicateEnd = -1;
  /** A value under the name of a secret; -1: none. */
  secretStart = -1;
  secretEnd = -1;
  secretKey: KnownKey | undefined;
  /** By role: type of the value, and where it lies (without quotes). */
  readonly types = new Uint8Array(scannedRoles);
  readonly starts = new Int32Array(scannedRoles);
  readonly ends = new Int32Array(scannedRoles);
  private readonly priorities = new Int32Array(scannedRoles);

  reset(): void {
    this.shapeMask = 0;
    this.requiredMask = 0;
    this.frameMask = 0;
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

  /** Records the first secret of a line; later ones are ignored. */
  secret(key: KnownKey, start: number, end: number): void {
    if (this.secretStart !== -1) return;
    this.secretStart = start;
    this.secretEnd = end;
    this.secretKey = key;
  }
}

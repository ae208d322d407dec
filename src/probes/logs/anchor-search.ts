/** Every needle has at least this many bytes. */
export const leastNeedle = 4;

/**
 * Finds any of many short texts in bytes, in one pass whose cost does not grow with their number: two bytes say how far
 * the next needle is at least (Wu and Manber). ASCII letters are the same in either case.
 */
export class AnchorSearch {
  private readonly shifts = new Uint8Array(65_536).fill(leastNeedle - 1);
  /** By the third and fourth byte: the needles that have them. */
  private readonly candidates = new Map<number, { bytes: Buffer; index: number }[]>();
  private readonly isEmpty: boolean;

  constructor(needles: readonly string[]) {
    this.isEmpty = needles.length === 0;
    needles.forEach((needle, index) => {
      const bytes = Buffer.from(needle, 'latin1').map((byte) => lower[byte]!) as Buffer;
      if (bytes.length < leastNeedle)
        throw new RangeError(`a needle is shorter than ${leastNeedle} bytes: ${needle}`);
      for (let at = 1; at < leastNeedle; at++) {
        const pair = (bytes[at - 1]! << 8) | bytes[at]!;
        this.shifts[pair] = Math.min(this.shifts[pair]!, leastNeedle - 1 - at);
      }
      const last = (bytes[leastNeedle - 2]! << 8) | bytes[leastNeedle - 1]!;
      this.candidates.set(last, [...(this.candidates.get(last) ?? []), { bytes, index }]);
    });
  }

  /** Indexes of the needles that begin where one was found last. */
  readonly found: number[] = [];

  /** Where the first needle at or behind `from` begins, or `Infinity`. */
  next(bytes: Uint8Array, from: number, end: number): number {
    const { shifts } = this;
    if (this.isEmpty) return Infinity;
    for (let at = from + leastNeedle - 1; at < end; ) {
      const pair = (lower[bytes[at - 1]!]! << 8) | lower[bytes[at]!]!;
      const shift = shifts[pair]!;
      if (shift === 0) {
        const start = at - leastNeedle + 1;
        this.found.length = 0;
        for (const { bytes: needle, index } of this.candidates.get(pair)!)
          if (start + needle.length <= end && matches(bytes, start, needle)) this.found.push(index);
        if (this.found.length > 0) return start;
        at += 1;
      } else at += shift;
    }
    return Infinity;
  }
}

const lower = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

function matches(bytes: Uint8Array, start: number, needle: Uint8Array): boolean {
  for (let at = 0; at < needle.length; at++) if (lower[bytes[start + at]!] !== needle[at]) return false;
  return true;
}

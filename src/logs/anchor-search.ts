/** Every needle has at least this many bytes; they decide how far the search may advance at once. */
export const leastNeedle = 4;

interface Needle {
  bytes: Uint8Array;
  index: number;
}

/**
 * Finds any of many short texts in bytes, in one pass whose cost hardly grows with their number: two bytes say how far
 * the next needle is at least (Wu and Manber). ASCII letters are the same in either case.
 */
export class AnchorSearch {
  /** By two bytes: how far the fourth byte of the next needle is at least. */
  private readonly shifts = new Uint8Array(1 << 14).fill(leastNeedle - 1);
  /** By two bytes: 1 where a needle begins with them. */
  private readonly begins = new Uint8Array(1 << 14);
  /** By the third and fourth byte. */
  private readonly candidates = new Map<number, Needle[]>();
  private readonly isEmpty: boolean;

  constructor(needles: readonly string[]) {
    this.isEmpty = needles.length === 0;
    for (const [index, needle] of needles.entries()) this.add(needle, index);
  }

  /** Indexes of the needles that begin where one was found last. */
  readonly found: number[] = [];

  /** Where the first needle at or behind `from` begins, or `Infinity`. */
  next(bytes: Uint8Array, from: number, end: number): number {
    const { shifts, begins } = this;
    if (this.isEmpty) return Infinity;
    // An integer: a position that was stored as a double, as `Infinity` is, would make the loop half as fast.
    for (let at = (from + leastNeedle - 1) | 0; at < end; ) {
      const shift = shifts[((bytes[at - 1]! & 127) << 7) | (bytes[at]! & 127)]!;
      if (shift !== 0) at += shift;
      else if (begins[((bytes[at - 3]! & 127) << 7) | (bytes[at - 2]! & 127)] === 0) at += 1;
      else if (this.match(bytes, at, end)) return at - leastNeedle + 1;
      else at += 1;
    }
    return Infinity;
  }

  /** Whether needles are there whose fourth byte is at `at`. */
  private match(bytes: Uint8Array, at: number, end: number): boolean {
    const start = at - leastNeedle + 1;
    this.found.length = 0;
    for (const { bytes: needle, index } of this.candidates.get(pairOf(bytes[at - 1]!, bytes[at]!)) ?? []) {
      if (start + needle.length <= end && matches(bytes, start, needle)) this.found.push(index);
    }
    return this.found.length > 0;
  }

  private add(needle: string, index: number): void {
    const bytes = Uint8Array.from(Buffer.from(needle, 'latin1'), (byte) => lower[byte]!);
    if (bytes.length < leastNeedle)
      throw new RangeError(`a needle is shorter than ${leastNeedle} bytes: ${needle}`);
    for (let at = 1; at < leastNeedle; at++) {
      for (const pair of pairsOf(bytes[at - 1]!, bytes[at]!)) {
        this.shifts[pair] = Math.min(this.shifts[pair]!, leastNeedle - 1 - at);
        if (at === 1) this.begins[pair] = 1;
        if (at === leastNeedle - 1)
          this.candidates.set(pair, [...(this.candidates.get(pair) ?? []), { bytes, index }]);
      }
    }
  }
}

/** Of seven bits each: a small table is a fast one. */
function pairOf(first: number, second: number): number {
  return ((first & 127) << 7) | (second & 127);
}

/** In either case of both. */
function pairsOf(first: number, second: number): number[] {
  return casesOf(first).flatMap((one) => casesOf(second).map((other) => pairOf(one, other)));
}

function casesOf(byte: number): number[] {
  return byte >= 97 && byte <= 122 ? [byte, byte - 32] : [byte];
}

const lower = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

function matches(bytes: Uint8Array, start: number, needle: Uint8Array): boolean {
  for (let at = 0; at < needle.length; at++) if (lower[bytes[start + at]!] !== needle[at]) return false;
  return true;
}

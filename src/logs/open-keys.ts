import { textOf } from './json-tokens.ts';
import { hashOf } from './known-keys.ts';

const manyKeys = 48;

/** Keys of the open objects, innermost last, to detect duplicate keys. */
export class OpenKeys {
  private top = 0;
  /** By depth: where the keys of that object begin. */
  private base: Int32Array = new Int32Array(64);
  /** By depth: of the keys of that object, one of 32 bits a key. */
  private seenBits: Int32Array = new Int32Array(64);
  private hashes: Int32Array = new Int32Array(256);
  private starts: Int32Array = new Int32Array(256);
  /** Negative where the key has escapes. */
  private ends: Int32Array = new Int32Array(256);
  /** Of objects with many keys, by where their keys begin: the names seen. Forgotten when the object ends. */
  private readonly many = new Map<number, { upTo: number; names: Set<string> }>();

  reset(): void {
    this.top = 0;
    if (this.many.size > 0) this.many.clear();
  }

  open(depth: number): void {
    if (depth === this.base.length) {
      this.base = grown(this.base);
      this.seenBits = grown(this.seenBits);
    }
    this.base[depth] = this.top;
    this.seenBits[depth] = 0;
  }

  close(depth: number): void {
    this.top = this.base[depth]!;
    if (this.many.size > 0) this.many.delete(this.top);
  }

  /** Whether the object at this depth had the key already. `hash` is that of its text. */
  add(bytes: Uint8Array, depth: number, hash: number, start: number, end: number, escaped: boolean): boolean {
    const key = this.top;
    if (key === this.hashes.length) {
      this.hashes = grown(this.hashes);
      this.starts = grown(this.starts);
      this.ends = grown(this.ends);
    }
    this.hashes[key] = hash;
    this.starts[key] = start;
    this.ends[key] = escaped ? -end : end;
    this.top = key + 1;
    const bit = 1 << (hash & 31);
    const seen = this.seenBits[depth]!;
    this.seenBits[depth] = seen | bit;
    // A key whose bit no other of the object set is new; only the others are compared.
    return (seen & bit) !== 0 && this.isKnown(bytes, this.base[depth]!, key);
  }

  private isKnown(bytes: Uint8Array, base: number, key: number): boolean {
    if (key - base > manyKeys) return this.isOneOfMany(bytes, base, key);
    const hash = this.hashes[key];
    for (let other = base; other < key; other++) {
      if (this.hashes[other] === hash && this.same(bytes, other, key)) return true;
    }
    return false;
  }

  /** Comparing each with each would let one long line take minutes: from the 49th key of an object on by a set. */
  private isOneOfMany(bytes: Uint8Array, base: number, key: number): boolean {
    let seen = this.many.get(base);
    if (!seen || seen.upTo > key) {
      seen = { upTo: base, names: new Set() };
      this.many.set(base, seen);
    }
    for (; seen.upTo < key; seen.upTo++) seen.names.add(this.text(bytes, seen.upTo));
    return seen.names.has(this.text(bytes, key));
  }

  private text(bytes: Uint8Array, key: number): string {
    return textOf(bytes, this.starts[key]!, Math.abs(this.ends[key]!));
  }

  /** Whether two keys are the same text; escapes are looked through. */
  private same(bytes: Uint8Array, one: number, other: number): boolean {
    const start = this.starts[one]!;
    const otherStart = this.starts[other]!;
    const end = this.ends[one]!;
    const otherEnd = this.ends[other]!;
    if (end < 0 || otherEnd < 0) return this.text(bytes, one) === this.text(bytes, other);
    const length = end - start;
    if (length !== otherEnd - otherStart) return false;
    for (let at = 0; at < length; at++) if (bytes[start + at] !== bytes[otherStart + at]) return false;
    return true;
  }
}

/** Returns the hash of the decoded text of a key. */
export function hashOfEscaped(bytes: Uint8Array, start: number, end: number): number {
  const text = new TextEncoder().encode(textOf(bytes, start, end));
  return hashOf(text, new DataView(text.buffer), 0, text.length);
}

function grown(old: Int32Array): Int32Array {
  const larger = new Int32Array(old.length * 4);
  larger.set(old);
  return larger;
}

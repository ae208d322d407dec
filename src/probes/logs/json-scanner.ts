import { nests, roles } from './fields.ts';
import { hashOf, type KnownKey, type KnownKeys } from './known-keys.ts';

/**
 * Judges a line of JSON in one pass over its bytes, without making a string or an object of it: whether it is a JSON
 * object exactly as `JSON.parse` would have it, which fields it has, and where the values of those that matter lie.
 * It relies on the newline behind the line: no rule of JSON lets one pass inside a line, so it stops every loop.
 */

/** What stands where in a value that has a role. */
export const valueType = { none: 0, string: 1, number: 2, other: 3 } as const;

const tab = 9;
const newline = 10;
const carriageReturn = 13;
const space = 32;
const quote = 34;
const comma = 44;
const minus = 45;
const dot = 46;
const zero = 48;
const nine = 57;
const colon = 58;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/** 1: ends or escapes a string, or must not be in one. */
const stopsString = new Uint8Array(256);
stopsString.fill(1, 0, 32);
stopsString[quote] = 1;
stopsString[backslash] = 1;

const isHex = new Uint8Array(256);
for (const character of '0123456789abcdefABCDEF') isHex[character.charCodeAt(0)] = 1;

/** After a backslash: 1 for the single letters, 2 for `u`. */
const escapes = new Uint8Array(256);
for (const character of '"\\/bfnrt') escapes[character.charCodeAt(0)] = 1;
escapes[117] = 2;

const manyKeys = 48;
/** Names that stand for the role when they are nested under the role's own name: `trace: {id}`. */
const nestedIds: Record<string, string> = { trace: 'id', span: 'id', service: 'name', log: 'level' };

/** Private in name only: this is the innermost loop, and `#` fields made it a sixth slower. */
export class JsonScanner {
  private readonly known: KnownKeys;
  /** Where the line was found wrong; meaningful when `scan` said so. */
  errorAt = 0;
  /** The first byte after the line, past its newline. */
  next = 0;
  shapeMask = 0;
  requiredMask = 0;
  /** A key that the same object had before: where it lies; -1: none. */
  duplicateStart = -1;
  duplicateEnd = -1;
  /** A value under the name of a secret; -1: none. */
  secretStart = -1;
  secretEnd = -1;
  secretKey: KnownKey | undefined;
  depth = 0;
  /** By role: type of the value, and where it lies (without quotes). */
  readonly types = new Uint8Array(roles.length);
  readonly starts = new Int32Array(roles.length);
  readonly ends = new Int32Array(roles.length);
  private readonly priorities = new Int32Array(roles.length);

  /** 1: array. 0: object. */
  private stack = new Uint8Array(64);
  private keyBase = new Int32Array(64);
  /** Of the keys of each open object, one of 32 bits a key. */
  private seenBits = new Int32Array(64);
  private hashes = new Int32Array(256);
  private keyStarts = new Int32Array(256);
  private keyEnds = new Int32Array(256);
  /** Of objects with many keys, by where their keys begin: the names seen. Forgotten when the object ends. */
  private many = new Map<number, { upTo: number; names: Set<string> }>();

  constructor(known: KnownKeys) {
    this.known = known;
  }

  /**
   * Whether the line that begins at `start` is a JSON object. There must be a newline at or after `start`, and four
   * bytes behind that. `view` looks at the same bytes.
   */
  scan(bytes: Uint8Array, view: DataView, start: number): boolean {
    this.shapeMask = 0;
    this.requiredMask = 0;
    this.duplicateStart = -1;
    this.secretStart = -1;
    this.types.fill(0);
    if (this.many.size > 0) this.many.clear();

    let stack = this.stack;
    let at = start;
    let depth = 0;
    let keyTop = 0;
    let deepest = 0;
    /** Index of the nest that the key at the top opened, or -1. */
    let nest = -1;
    /** Of the key whose value comes next. */
    let role = -1;
    let priority = 0;
    let secret: KnownKey | undefined;
    let pendingNest = -1;

    let byte = bytes[at]!;
    while (byte === space || byte === tab || byte === carriageReturn) byte = bytes[++at]!;
    if (byte !== openBrace) return this.broken(bytes, at);
    stack[0] = 0;
    this.keyBase[0] = 0;
    this.seenBits[0] = 0;
    depth = 1;
    let expectKey = true;
    let mayClose = true;
    at += 1;

    for (;;) {
      byte = bytes[at]!;
      while (byte === space || byte === tab || byte === carriageReturn) byte = bytes[++at]!;

      if (expectKey) {
        if (byte === closeBrace && mayClose) {
          // An empty object: falls to the closing below.
        } else {
          if (byte !== quote) return this.broken(bytes, at);
          const keyStart = at + 1;
          let escaped = false;
          at = keyStart;
          for (;;) {
            while (isPlain(view.getInt32(at, true))) at += 4;
            byte = bytes[at]!;
            while (stopsString[byte] === 0) byte = bytes[++at]!;
            if (byte !== backslash) break;
            const skipped = escapeLength(bytes, at);
            if (skipped === 0) return this.broken(bytes, at);
            escaped = true;
            at += skipped;
          }
          if (byte !== quote) return this.broken(bytes, at);
          const keyEnd = at;
          at += 1;
          byte = bytes[at]!;
          while (byte === space || byte === tab || byte === carriageReturn) byte = bytes[++at]!;
          if (byte !== colon) return this.broken(bytes, at);
          at += 1;

          const hash = escaped
            ? this.hashOfEscaped(bytes, keyStart, keyEnd)
            : hashOf(bytes, view, keyStart, keyEnd);
          if (keyTop === this.hashes.length) this.growKeys();
          this.hashes[keyTop] = hash;
          this.keyStarts[keyTop] = keyStart;
          this.keyEnds[keyTop] = escaped ? -keyEnd : keyEnd;
          const bit = 1 << (hash & 31);
          const base = this.keyBase[depth - 1]!;
          // A key whose bit no other of the object set is new; only the others are compared.
          if ((this.seenBits[depth - 1]! & bit) !== 0) this.compare(bytes, base, keyTop);
          this.seenBits[depth - 1]! |= bit;
          keyTop += 1;

          role = -1;
          secret = undefined;
          pendingNest = -1;
          const key = this.known.find(hash, bytes, keyStart, keyEnd);
          if (key !== undefined) {
            if (depth === 1) {
              role = key.role;
              priority = key.priority;
              this.shapeMask |= key.shapeBit;
              this.requiredMask |= key.requiredBit;
              pendingNest = key.nest;
            } else if (depth === 2 && nest !== -1) {
              role = key.role;
              priority = 100 + key.priority;
            }
            if (key.secret) secret = key;
          }
          if (depth === 2 && nest !== -1 && role === -1) {
            const nestedRole = this.nestedRole(bytes, keyStart, keyEnd, nest);
            if (nestedRole !== -1) {
              role = nestedRole;
              priority = 90;
            }
          }
          expectKey = false;
          byte = bytes[at]!;
          while (byte === space || byte === tab || byte === carriageReturn) byte = bytes[++at]!;
          mayClose = false;
        }
      }

      if (mayClose && (byte === closeBrace || byte === closeBracket)) {
        // Handled by the closing loop below.
      } else if (byte === quote) {
        const valueStart = at + 1;
        at = valueStart;
        for (;;) {
          while (isPlain(view.getInt32(at, true))) at += 4;
          byte = bytes[at]!;
          while (stopsString[byte] === 0) byte = bytes[++at]!;
          if (byte === quote) break;
          if (byte !== backslash) return this.broken(bytes, at);
          const skipped = escapeLength(bytes, at);
          if (skipped === 0) return this.broken(bytes, at);
          at += skipped;
        }
        if (role !== -1 || secret !== undefined) {
          if (role !== -1 && at > valueStart) this.value(role, priority, valueType.string, valueStart, at);
          if (secret !== undefined && this.secretStart === -1) {
            this.secretStart = valueStart;
            this.secretEnd = at;
            this.secretKey = secret;
          }
          role = -1;
          secret = undefined;
        }
        mayClose = false;
        at += 1;
      } else if (byte === openBrace || byte === openBracket) {
        if (role !== -1) {
          if (byte === openBrace) this.value(role, priority + 50, valueType.other, at, at);
          role = -1;
        }
        if (depth === 1) nest = byte === openBrace ? pendingNest : -1;
        pendingNest = -1;
        secret = undefined;
        if (depth === stack.length) {
          this.growStack();
          stack = this.stack;
        }
        if (byte === openBrace) {
          stack[depth] = 0;
          expectKey = true;
        } else stack[depth] = 1;
        this.keyBase[depth] = keyTop;
        this.seenBits[depth] = 0;
        depth += 1;
        if (depth > deepest) deepest = depth;
        mayClose = true;
        at += 1;
        continue;
      } else {
        const valueStart = at;
        if (byte === minus || (byte >= zero && byte <= nine)) {
          at = numberEnd(bytes, at);
          if (at < 0) return this.broken(bytes, -at);
          if (role !== -1) this.value(role, priority, valueType.number, valueStart, at);
        } else {
          at = literalEnd(bytes, at, byte);
          if (at < 0) return this.broken(bytes, valueStart);
        }
        mayClose = false;
        role = -1;
        secret = undefined;
      }

      // After a value: a comma and the next, or one or more closings.
      for (;;) {
        byte = bytes[at]!;
        while (byte === space || byte === tab || byte === carriageReturn) byte = bytes[++at]!;
        if (byte === comma && !mayClose) {
          at += 1;
          expectKey = stack[depth - 1] === 0;
          break;
        }
        if (byte !== (stack[depth - 1] === 0 ? closeBrace : closeBracket)) return this.broken(bytes, at);
        depth -= 1;
        keyTop = this.keyBase[depth]!;
        if (this.many.size > 0) this.many.delete(keyTop);
        mayClose = false;
        expectKey = false;
        at += 1;
        if (depth > 0) {
          if (depth === 1) nest = -1;
          continue;
        }
        byte = bytes[at]!;
        while (byte === space || byte === tab || byte === carriageReturn) byte = bytes[++at]!;
        if (byte !== newline) return this.broken(bytes, at);
        this.next = at + 1;
        this.depth = deepest;
        return true;
      }
    }
  }

  private broken(bytes: Uint8Array, at: number): false {
    this.errorAt = at;
    this.next = bytes.indexOf(newline, at) + 1;
    return false;
  }

  private value(role: number, priority: number, type: number, start: number, end: number): void {
    if (this.types[role] !== 0 && this.priorities[role]! <= priority) return;
    this.priorities[role] = priority;
    this.types[role] = type;
    this.starts[role] = start;
    this.ends[role] = end;
  }

  private compare(bytes: Uint8Array, base: number, top: number): void {
    if (top - base > manyKeys) {
      this.compareMany(bytes, base, top);
      return;
    }
    const hash = this.hashes[top];
    for (let other = base; other < top; other++) {
      if (this.hashes[other] === hash && this.same(bytes, other, top)) this.duplicate(top);
    }
  }

  /** Comparing each with each would let one long line take minutes: from the 49th key of an object on by a set. */
  private compareMany(bytes: Uint8Array, base: number, top: number): void {
    const seen = this.many.get(base) ?? { upTo: base, names: new Set<string>() };
    this.many.set(base, seen);
    if (seen.upTo > top) Object.assign(seen, { upTo: base, names: new Set<string>() });
    for (; seen.upTo < top; seen.upTo++) seen.names.add(this.keyText(bytes, seen.upTo));
    if (seen.names.has(this.keyText(bytes, top))) this.duplicate(top);
  }

  private keyText(bytes: Uint8Array, key: number): string {
    return textOf(bytes, this.keyStarts[key]!, Math.abs(this.keyEnds[key]!));
  }

  private duplicate(key: number): void {
    if (this.duplicateStart !== -1) return;
    this.duplicateStart = this.keyStarts[key]!;
    this.duplicateEnd = Math.abs(this.keyEnds[key]!);
  }

  /** Whether two keys are the same text; escapes are looked through. */
  private same(bytes: Uint8Array, one: number, other: number): boolean {
    const start = this.keyStarts[one]!;
    const otherStart = this.keyStarts[other]!;
    const end = this.keyEnds[one]!;
    const otherEnd = this.keyEnds[other]!;
    if (end < 0 || otherEnd < 0) {
      return textOf(bytes, start, Math.abs(end)) === textOf(bytes, otherStart, Math.abs(otherEnd));
    }
    const length = end - start;
    if (length !== otherEnd - otherStart) return false;
    for (let at = 0; at < length; at++) if (bytes[start + at] !== bytes[otherStart + at]) return false;
    return true;
  }

  private hashOfEscaped(bytes: Uint8Array, start: number, end: number): number {
    const text = new TextEncoder().encode(textOf(bytes, start, end));
    return hashOf(text, new DataView(text.buffer), 0, text.length);
  }

  private nestedRole(bytes: Uint8Array, start: number, end: number, nest: number): number {
    const name = nests[nest]!;
    const wanted = nestedIds[name];
    if (wanted === undefined || wanted.length !== end - start) return -1;
    for (let at = 0; at < wanted.length; at++) if (wanted.charCodeAt(at) !== bytes[start + at]) return -1;
    return roles.indexOf(name === 'log' ? 'level' : (name as (typeof roles)[number]));
  }

  private growStack(): void {
    const stack = new Uint8Array(this.stack.length * 4);
    stack.set(this.stack);
    this.stack = stack;
    const keyBase = new Int32Array(this.keyBase.length * 4);
    keyBase.set(this.keyBase);
    this.keyBase = keyBase;
    const seenBits = new Int32Array(this.seenBits.length * 4);
    seenBits.set(this.seenBits);
    this.seenBits = seenBits;
  }

  private growKeys(): void {
    const grown = (old: Int32Array) => {
      const larger = new Int32Array(old.length * 4);
      larger.set(old);
      return larger;
    };
    this.hashes = grown(this.hashes);
    this.keyStarts = grown(this.keyStarts);
    this.keyEnds = grown(this.keyEnds);
  }
}

/** Whether none of four bytes ends a string, escapes in it or must not be in it: quote, backslash, below space. */
function isPlain(four: number): boolean {
  const quotes = four ^ 0x22222222;
  const backslashes = four ^ 0x5c5c5c5c;
  return (
    ((((quotes - 0x01010101) & ~quotes) |
      ((backslashes - 0x01010101) & ~backslashes) |
      ((four - 0x20202020) & ~four)) &
      0x80808080) ===
    0
  );
}

/** The text of a JSON string that was found valid. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  return JSON.parse(
    `"${Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')}"`,
  ) as string;
}

/** How long the escape at `at` is; 0 where it is none. */
function escapeLength(bytes: Uint8Array, at: number): number {
  const kind = escapes[bytes[at + 1]!]!;
  if (kind === 1) return 2;
  if (kind === 0) return 0;
  for (let digit = at + 2; digit < at + 6; digit++) if (isHex[bytes[digit]!] === 0) return 0;
  return 6;
}

/** The end of the number at `at`, or minus the place where it is wrong. */
function numberEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  let byte = bytes[at]!;
  if (byte === minus) byte = bytes[++at]!;
  if (byte === zero) byte = bytes[++at]!;
  else if (byte >= zero && byte <= nine) while (byte >= zero && byte <= nine) byte = bytes[++at]!;
  else return -at;
  if (byte === dot) {
    byte = bytes[++at]!;
    if (byte < zero || byte > nine) return -at;
    while (byte >= zero && byte <= nine) byte = bytes[++at]!;
  }
  if ((byte | 0x20) === 101) {
    byte = bytes[++at]!;
    if (byte === 43 || byte === minus) byte = bytes[++at]!;
    if (byte < zero || byte > nine) return -at;
    while (byte >= zero && byte <= nine) byte = bytes[++at]!;
  }
  return at;
}

/** The end of `true`, `false` or `null`; -1 where it is none. */
function literalEnd(bytes: Uint8Array, at: number, byte: number): number {
  if (byte === 116)
    return bytes[at + 1] === 114 && bytes[at + 2] === 117 && bytes[at + 3] === 101 ? at + 4 : -1;
  if (byte === 110)
    return bytes[at + 1] === 117 && bytes[at + 2] === 108 && bytes[at + 3] === 108 ? at + 4 : -1;
  if (byte !== 102) return -1;
  return bytes[at + 1] === 97 && bytes[at + 2] === 108 && bytes[at + 3] === 115 && bytes[at + 4] === 101
    ? at + 5
    : -1;
}

import { nestedNames, nests, roles } from './fields.ts';
import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  isNumberStart,
  literalEnd,
  newline,
  numberEnd,
  openBrace,
  openBracket,
  plainEnd,
  quote,
  skipSpace,
  space,
  stringEnd,
} from './json-tokens.ts';
import { hashOf, type KnownKey, type KnownKeys } from './known-keys.ts';
import { Layouts, Trail } from './layouts.ts';
import { LineFacts, valueType } from './line-facts.ts';
import { hashOfEscaped, OpenKeys } from './open-keys.ts';

/** Keys under `nestedNames`, by the index of the nest. */
const namesInNest = nests.map((name) => {
  const nested = nestedNames[name];
  return nested && { role: roles.indexOf(nested.role), names: nested.names.map((each) => Buffer.from(each)) };
});
/** A nested value is preferred to the object that it is in. */
const objectPriority = 500;

/**
 * Judges a line of JSON in one pass over its bytes, without making a string or an object of it: whether it is a JSON
 * object exactly as `JSON.parse` would have it, which fields it has, and where the values of those that matter lie.
 * Private in name only: this is the innermost loop, and `#` fields made it a sixth slower.
 */
export class JsonScanner {
  private readonly known: KnownKeys;
  /** Of the line that was scanned last. */
  readonly facts = new LineFacts();
  /** Where the line was found wrong; meaningful when `scan` said so. */
  errorAt = 0;
  /** The first byte after the line, past its newline. */
  next = 0;
  private readonly layouts = new Layouts();
  private readonly trail = new Trail();
  private readonly keys = new OpenKeys();
  /** By depth. 1: array. 0: object. */
  private isArray: Uint8Array = new Uint8Array(64);

  constructor(known: KnownKeys) {
    this.known = known;
  }

  /**
   * Whether the line that begins at `start` is a JSON object. There must be a newline at or after `start`, and four
   * bytes behind that. `view` looks at the same bytes.
   */
  scan(bytes: Uint8Array, view: DataView, start: number): boolean {
    const next = this.layouts.match(bytes, view, start, this.facts);
    if (next !== -1) {
      this.next = next;
      return true;
    }
    if (!this.parse(bytes, view, start)) return false;
    this.layouts.learn(bytes, view, start, this.next, this.trail, this.facts);
    return true;
  }

  private parse(bytes: Uint8Array, view: DataView, start: number): boolean {
    const { facts, keys, trail } = this;
    let at = skipSpace(bytes, start);
    let byte = bytes[at]!;
    if (byte !== openBrace) return this.broken(bytes, at);
    facts.reset();
    keys.reset();
    trail.reset(this.layouts.areLearning);
    let isArray = this.isArray;
    isArray[0] = 0;
    keys.open(0);
    let depth = 1;
    let deepest = 1;
    /** Index of the nest that the key at the top opened, or -1. */
    let nest = -1;
    /** Of the key whose value comes next. */
    let role = -1;
    let priority = 0;
    let secret: KnownKey | undefined;
    let pendingNest = -1;
    let expectKey = true;
    let mayClose = true;
    at += 1;

    for (;;) {
      byte = bytes[at]!;
      if (byte <= space) {
        at = skipSpace(bytes, at);
        byte = bytes[at]!;
      }

      if (expectKey && !(byte === closeBrace && mayClose)) {
        if (byte !== quote) return this.broken(bytes, at);
        const keyStart = at + 1;
        const plain = plainEnd(view, keyStart);
        const escaped = bytes[plain] !== quote;
        const keyEnd = escaped ? stringEnd(bytes, view, plain) : plain;
        if (keyEnd < 0) return this.broken(bytes, -keyEnd);
        at = keyEnd + 1;
        if (bytes[at]! <= space) at = skipSpace(bytes, at);
        if (bytes[at] !== colon) return this.broken(bytes, at);
        at += 1;
        byte = bytes[at]!;
        if (byte <= space) {
          at = skipSpace(bytes, at);
          byte = bytes[at]!;
        }

        const hash = escaped ? hashOfEscaped(bytes, keyStart, keyEnd) : hashOf(bytes, view, keyStart, keyEnd);
        if (keys.add(bytes, depth - 1, hash, keyStart, keyEnd, escaped) && facts.duplicateStart === -1) {
          facts.duplicateStart = keyStart;
          facts.duplicateEnd = keyEnd;
        }

        role = -1;
        secret = undefined;
        pendingNest = -1;
        const key = this.known.find(hash, bytes, keyStart, keyEnd);
        if (key !== undefined) {
          if (depth === 1) {
            role = key.role;
            priority = key.priority;
            facts.shapeMask |= key.shapeBit;
            facts.requiredMask |= key.requiredBit;
            facts.frameMask |= key.frameBit;
            pendingNest = key.nest;
          } else if (depth === 2 && nest !== -1) {
            role = key.role;
            priority = 100 + key.priority;
          }
          if (key.secret) secret = key;
        }
        if (depth === 2 && nest !== -1) {
          const nested = nestedRole(bytes, keyStart, keyEnd, nest);
          if (nested !== -1) {
            role = nested;
            priority = 90;
          }
        }
        expectKey = false;
        mayClose = false;
      }

      if (mayClose && (byte === closeBrace || byte === closeBracket)) {
        // Empty: handled by the closing loop below.
      } else if (byte === openBrace || byte === openBracket) {
        if (role !== -1 && byte === openBrace) {
          facts.value(role, priority + objectPriority, valueType.other, at, at);
          trail.object(role, priority + objectPriority, at);
        }
        role = -1;
        secret = undefined;
        if (depth === 1) nest = byte === openBrace ? pendingNest : -1;
        pendingNest = -1;
        if (depth === isArray.length) isArray = this.growDepth();
        isArray[depth] = byte === openBrace ? 0 : 1;
        keys.open(depth);
        expectKey = byte === openBrace;
        depth += 1;
        if (depth > deepest) deepest = depth;
        mayClose = true;
        at += 1;
        continue;
      } else {
        const valueStart = at;
        if (byte === quote) {
          const from = at + 1;
          const to = stringEnd(bytes, view, from);
          if (to < 0) return this.broken(bytes, -to);
          if (role !== -1 && to > from) facts.value(role, priority, valueType.string, from, to);
          if (secret !== undefined) facts.secret(secret, from, to);
          at = to + 1;
        } else if (isNumberStart(byte)) {
          at = numberEnd(bytes, valueStart);
          if (at < 0) return this.broken(bytes, -at);
          if (role !== -1) facts.value(role, priority, valueType.number, valueStart, at);
        } else {
          at = literalEnd(bytes, valueStart);
          if (at < 0) return this.broken(bytes, -at);
        }
        trail.value(valueStart, at, role, priority, secret);
        mayClose = false;
        role = -1;
        secret = undefined;
      }

      // After a value: a comma and the next, or one or more closings.
      for (;;) {
        byte = bytes[at]!;
        if (byte <= space) {
          at = skipSpace(bytes, at);
          byte = bytes[at]!;
        }
        if (byte === comma && !mayClose) {
          at += 1;
          expectKey = isArray[depth - 1] === 0;
          break;
        }
        if (byte !== (isArray[depth - 1] === 0 ? closeBrace : closeBracket)) return this.broken(bytes, at);
        depth -= 1;
        keys.close(depth);
        mayClose = false;
        expectKey = false;
        at += 1;
        if (depth > 0) {
          if (depth === 1) nest = -1;
          continue;
        }
        at = skipSpace(bytes, at);
        if (bytes[at] !== newline) return this.broken(bytes, at);
        this.next = at + 1;
        facts.depth = deepest;
        return true;
      }
    }
  }

  private broken(bytes: Uint8Array, at: number): false {
    this.errorAt = at;
    this.next = bytes.indexOf(newline, at) + 1;
    return false;
  }

  private growDepth(): Uint8Array {
    const larger = new Uint8Array(this.isArray.length * 4);
    larger.set(this.isArray);
    this.isArray = larger;
    return larger;
  }
}

function nestedRole(bytes: Uint8Array, start: number, end: number, nest: number): number {
  const nested = namesInNest[nest];
  return nested?.names.some((name) => isTextAt(bytes, start, end, name)) ? nested.role : -1;
}

function isTextAt(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at++) if (text[at] !== bytes[start + at]) return false;
  return true;
}

/**
 * The tokens of JSON over bytes. All of it relies on the newline behind a line, which no rule of JSON lets pass inside of
 * one, and on a few bytes behind that for loads of four. A place that is wrong comes back negative.
 */
const tab = 9;
export const newline = 10;
const carriageReturn = 13;
export const space = 32;
export const quote = 34;
export const comma = 44;
export const colon = 58;
export const openBracket = 91;
export const closeBracket = 93;
export const openBrace = 123;
export const closeBrace = 125;

const minus = 45;
const dot = 46;
const zero = 48;
const nine = 57;
const backslash = 92;

const isHex = new Uint8Array(256);
for (const character of '0123456789abcdefABCDEF') isHex[character.charCodeAt(0)] = 1;

/** After a backslash: 1 for the single letters, 2 for `u`. */
const escapes = new Uint8Array(256);
for (const character of '"\\/bfnrt') escapes[character.charCodeAt(0)] = 1;
escapes[117] = 2;

export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  let byte = bytes[at]!;
  while (byte === space || byte === tab || byte === carriageReturn) byte = bytes[++at]!;
  return at;
}

/** The quote that ends the string whose first character is at `from`. */
export function stringEnd(bytes: Uint8Array, view: DataView, from: number): number {
  let at = plainEnd(view, from);
  while (bytes[at] === backslash) {
    const length = escapeLength(bytes, at);
    if (length === 0) return -at;
    at = plainEnd(view, at + length);
  }
  return bytes[at] === quote ? at : -at;
}

/** The first byte that ends a string, escapes in it or must not be in it: a quote, a backslash, one below space. */
export function plainEnd(view: DataView, from: number): number {
  for (let at = from; ; at += 4) {
    const four = view.getInt32(at, true);
    const quotes = four ^ 0x22222222;
    const backslashes = four ^ 0x5c5c5c5c;
    // The high bit of each byte found is set; above the first one also that of bytes that only look so.
    const found =
      (((quotes - 0x01010101) & ~quotes) |
        ((backslashes - 0x01010101) & ~backslashes) |
        ((four - 0x20202020) & ~four)) &
      0x80808080;
    if (found !== 0) return at + ((31 - Math.clz32(found & -found)) >> 3);
  }
}

/** How long the escape at `at` is; 0 where it is none. */
function escapeLength(bytes: Uint8Array, at: number): number {
  const kind = escapes[bytes[at + 1]!]!;
  if (kind === 1) return 2;
  if (kind === 0) return 0;
  for (let digit = at + 2; digit < at + 6; digit++) if (isHex[bytes[digit]!] === 0) return 0;
  return 6;
}

/** Whether a number begins with this byte. */
export function isNumberStart(byte: number): boolean {
  return byte === minus || (byte >= zero && byte <= nine);
}

/** The end of the number at `start`. */
export function numberEnd(bytes: Uint8Array, start: number): number {
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

/** The end of `true`, `false` or `null`. */
export function literalEnd(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === 116)
    return bytes[at + 1] === 114 && bytes[at + 2] === 117 && bytes[at + 3] === 101 ? at + 4 : -at;
  if (byte === 110)
    return bytes[at + 1] === 117 && bytes[at + 2] === 108 && bytes[at + 3] === 108 ? at + 4 : -at;
  if (byte !== 102) return -at;
  return bytes[at + 1] === 97 && bytes[at + 2] === 108 && bytes[at + 3] === 115 && bytes[at + 4] === 101
    ? at + 5
    : -at;
}

/** The text of a JSON string that was found valid. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return JSON.parse(
    `"${Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')}"`,
  ) as string;
}

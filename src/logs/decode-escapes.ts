const backslash = 92;
const singles: Record<number, number> = {
  98: 8, // \b
  102: 12, // \f
  110: 32, // \n: the text stays one line.
  114: 32, // \r
  116: 9, // \t
};

/**
 * Decodes the escapes of a JSON string from `from` to `to` into the same bytes at `target`, which is not behind `from`
 * or far from it: a decoded text is never longer. Returns the end of the result.
 */
export function decodeEscapes(bytes: Buffer, from: number, to: number, target: number): number {
  let write = target;
  for (let at = from; at < to; ) {
    const byte = bytes[at]!;
    if (byte !== backslash) {
      bytes[write++] = byte;
      at += 1;
      continue;
    }
    const kind = bytes[at + 1]!;
    if (kind !== 117) {
      bytes[write++] = singles[kind] ?? kind;
      at += 2;
      continue;
    }
    let text = String.fromCharCode(hexAt(bytes, at + 2));
    at += 6;
    if (isHighSurrogate(text) && bytes[at] === backslash && bytes[at + 1] === 117) {
      text += String.fromCharCode(hexAt(bytes, at + 2));
      at += 6;
    }
    write += bytes.write(text === '\n' || text === '\r' ? ' ' : text, write);
  }
  return write;
}

/** Returns where the text of a JSON string ends without the escapes of newlines at its end. */
export function withoutNewline(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end - from >= 2 && (bytes[end - 1] === 110 || bytes[end - 1] === 114)) {
    let backslashes = 0;
    while (end - 2 - backslashes >= from && bytes[end - 2 - backslashes] === backslash) backslashes += 1;
    if (backslashes % 2 === 0) break;
    end -= 2;
  }
  return end;
}

function hexAt(bytes: Buffer, at: number): number {
  return Number.parseInt(bytes.toString('latin1', at, at + 4), 16);
}

function isHighSurrogate(text: string): boolean {
  return text >= '\ud800' && text < '\udc00';
}

import type { FrameName } from './frames.ts';
import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  openBrace,
  openBracket,
  quote,
  skipSpace,
} from './json-tokens.ts';

interface List {
  name: FrameName;
  ranges: { start: number; end: number }[];
}

const keys: readonly { name: FrameName; key: Buffer }[] = [
  { name: 'otlp', key: Buffer.from('"logRecords"') },
  { name: 'cloudwatch', key: Buffer.from('"logEvents"') },
  { name: 'loguru', key: Buffer.from('"record"') },
];

/** Returns where the records lie that a line of valid JSON holds: of OTLP, of a subscription of CloudWatch, of Loguru. */
export function findHeldRecords(bytes: Buffer, start: number, end: number): List[] {
  return keys.map(({ name, key }) => {
    const ranges: List['ranges'] = [];
    // Within a string, the quotes of the key would be escaped.
    for (let at = bytes.indexOf(key, start); at !== -1 && at < end; at = bytes.indexOf(key, at + 1)) {
      let value = skipSpace(bytes, at + key.length);
      if (bytes[value] !== colon) continue;
      value = skipSpace(bytes, value + 1);
      if (bytes[value] === openBracket) at = addItems(bytes, value + 1, ranges);
      else if (bytes[value] === openBrace && name === 'loguru') {
        at = endOfObject(bytes, value);
        ranges.push({ start: value, end: at });
      }
    }
    return { name, ranges };
  });
}

/** Adds the objects of an array; returns where it ends. */
function addItems(bytes: Buffer, from: number, ranges: List['ranges']): number {
  for (let at = skipSpace(bytes, from); ; at = skipSpace(bytes, at)) {
    if (bytes[at] === comma) at += 1;
    else if (bytes[at] === openBrace) {
      const end = endOfObject(bytes, at);
      ranges.push({ start: at, end });
      at = end;
    } else return at;
  }
}

function endOfObject(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; ; at++) {
    const byte = bytes[at]!;
    if (byte === quote) at = endOfString(bytes, at + 1);
    else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
}

function endOfString(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] !== quote) at += bytes[at] === 92 ? 2 : 1;
  return at;
}

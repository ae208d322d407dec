import { isDeepStrictEqual } from 'node:util';
import { excerpt } from '../../../base/safe-text.ts';
import { nothing } from './json-query.ts';
import { linesOf, TextLines } from './text-lines.ts';

/** What was seen, in the type that an expectation asks for: as goss converts it. `undefined` where it has no such form. */

export function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof TextLines)
  );
}

export function toText(value: unknown): string | undefined {
  if (value instanceof TextLines) return value.text;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 1 ? toText(value[0]) : `[${value.map(toText).join(' ')}]`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function toNumber(value: unknown): number | undefined {
  const text = toText(value)?.trim() ?? '';
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

export function toList(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof TextLines) return value.lines;
  return typeof value === 'string' ? linesOf(value, '\n') : undefined;
}

/** `nothing` where it is a text that is no JSON. */
export function toJson(value: unknown): unknown {
  const text = value instanceof TextLines ? value.text : value;
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return nothing;
  }
}

/** Texts are measured in bytes, as goss does. */
export function lengthOf(value: unknown): number | undefined {
  if (value instanceof TextLines) return Buffer.byteLength(value.text);
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : undefined;
}

export function equals(value: unknown, wanted: unknown): boolean {
  if (value instanceof TextLines)
    return isDeepStrictEqual(Array.isArray(wanted) ? value.lines : value.text, wanted);
  return isDeepStrictEqual(value, wanted);
}

/** A value as a person reads it, cut. */
export function shown(value: unknown): string {
  const plain = value instanceof TextLines ? value.text : value;
  const text = JSON.stringify(plain) ?? String(plain);
  return excerpt(text, 200);
}

import type { Json } from '../check/json.ts';
import { roles } from './fields.ts';
import { frameFields, payloadNames } from './frame-fields.ts';
import { type FrameName, maxFrames } from './frames.ts';
import { findJsonFrame, frameMaskOf, jsonPayloadBit } from './json-frames.ts';
import { type Fields, isFields, pick } from './pick-field.ts';
import { findPrefix, longestPrefix, nameOtherPrefix } from './prefixes.ts';
import { parseIsoTime, parseTime } from './time.ts';

/** A line of a service without what collectors put around it. */
export interface Unframed {
  text: string;
  /** The text as an object, if it is one. */
  json?: Fields;
  /** From the outermost on. */
  frames: FrameName[];
  /** Time that the innermost frame has for the line. */
  timeMs?: number;
}

/** Takes the frames off a line. Parts that a frame cut a line into are not joined. */
export function unframe(line: string): Unframed {
  let unframed: Unframed = { text: line, frames: [] };
  for (let depth = 0; depth < maxFrames; depth++) {
    const json = parseObject(unframed.text);
    const next = json ? takeJsonFrame(json) : takePrefix(unframed.text);
    if (json && !next) return { ...unframed, json };
    if (!next) return unframed;
    const { name, text, timeMs = unframed.timeMs } = next;
    unframed = { text, frames: [...unframed.frames, name], ...(timeMs === undefined ? {} : { timeMs }) };
    if (name === 'gcp' && next.isRecord) return { ...unframed, json: json! };
  }
  const json = parseObject(unframed.text);
  return json ? { ...unframed, json } : unframed;
}

const jsonFrameHint = new RegExp(
  `^\\s*\\{.*"(?:(?:${payloadNames.join('|')})":\\s?["[]|(?:${frameFields.slice(payloadNames.length).join('|')})":)`,
);

/** Returns the text of a line within its frames; a line of JSON is only parsed where it may be a frame. */
export function innerText(line: string): string {
  const first = line.charCodeAt(0);
  if (first === 0x7b || first === 0x20) {
    if (first !== 0x7b || line.length === 1 || !jsonFrameHint.test(line)) return line;
    return unframe(line).text;
  }
  return findPrefix(line.slice(0, longestPrefix)) ? unframe(line).text : line;
}

interface Taken {
  name: FrameName;
  text: string;
  timeMs?: number | undefined;
  /** The frame is the record itself. */
  isRecord?: boolean;
}

function takeJsonFrame(fields: Fields): Taken | undefined {
  const mask = frameMaskOf(
    Object.keys(fields).filter((key) => (frameFields as readonly string[]).includes(key)),
  );
  const message = pick(fields, 'message');
  const hasLevel = pick(fields, 'level') !== undefined;
  if ((mask & jsonPayloadBit) !== 0) return { name: 'gcp', text: JSON.stringify(fields), isRecord: true };
  if (!hasLevel && isFields(fields.record) && isRecord(fields.record))
    return { name: 'loguru', text: JSON.stringify(fields.record) };
  const timeMs = parseTime(pick(fields, 'time') ?? fields.__REALTIME_TIMESTAMP);
  const frame = findJsonFrame({ mask, hasLevel, hasMessage: message !== undefined });
  if (frame) {
    const text = textOf(frame.holds === 'message' ? message : payloadOf(fields));
    return text === undefined ? undefined : { name: frame.name, text, timeMs };
  }
  if (hasLevel || typeof message !== 'string' || message[0] !== '{') return undefined;
  const held = parseObject(message);
  return held && isRecord(held) ? { name: 'json', text: message, timeMs } : undefined;
}

function payloadOf(fields: Fields): Json | undefined {
  return payloadNames
    .map((name) => fields[name])
    .find((value) => typeof value === 'string' || Array.isArray(value));
}

/** The text of a payload on one line. journald has bytes in an array where they are not printable. */
function textOf(payload: Json | undefined): string | undefined {
  const text = Array.isArray(payload) ? Buffer.from(payload as number[]).toString('utf8') : payload;
  return typeof text === 'string' ? text.replace(/[\r\n]+$/, '').replace(/[\r\n]/g, ' ') : undefined;
}

function takePrefix(text: string): Taken | undefined {
  const head = text.slice(0, longestPrefix);
  if (head[0] === '{') return undefined;
  const prefix = findPrefix(head);
  if (prefix) {
    return {
      name: prefix.name,
      text: text.slice(prefix.length),
      timeMs: timeIn(head.slice(0, prefix.length)),
    };
  }
  const brace = head.indexOf('{');
  const json = brace === -1 ? undefined : parseObject(text.slice(brace));
  const name =
    json && nameOtherPrefix(head.slice(0, brace), isRecord(json) || takeJsonFrame(json) !== undefined);
  return name && { name, text: text.slice(brace), timeMs: timeIn(head.slice(0, brace)) };
}

function timeIn(prefix: string): number | undefined {
  const at = prefix.search(/\d{4}-\d\d-\d\d/);
  return at === -1 ? undefined : parseIsoTime(prefix.slice(at));
}

function isRecord(fields: Fields): boolean {
  const present = roles.filter(
    (role) => role !== 'span' && role !== 'service' && pick(fields, role) !== undefined,
  );
  return present.length >= 2;
}

function parseObject(text: string): Fields | undefined {
  if (text.trimStart()[0] !== '{') return undefined;
  try {
    const value = JSON.parse(text) as Json;
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

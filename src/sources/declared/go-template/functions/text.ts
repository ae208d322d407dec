import { createHash } from 'node:crypto';
import { goRegExp } from '../../matchers/go-regexp.ts';
import { printed } from '../values.ts';

/** Texts, patterns and encodings. The text comes last, so that it can be piped in. */
export const textFunctions = {
  toLower: (text: unknown) => String(text).toLowerCase(),
  lower: (text: unknown) => String(text).toLowerCase(),
  toUpper: (text: unknown) => String(text).toUpperCase(),
  upper: (text: unknown) => String(text).toUpperCase(),
  title: (text: unknown) => String(text).replace(/(^|\s)(\S)/g, (whole) => whole.toUpperCase()),
  trim: (text: unknown) => String(text).trim(),
  trimAll: (characters: string, text: unknown) => trimmed(characters, String(text)),
  trimPrefix: (prefix: string, text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text),
  trimSuffix: (suffix: string, text: string) =>
    text.endsWith(suffix) ? text.slice(0, -suffix.length || undefined) : text,
  nospace: (text: string) => text.replace(/\s+/g, ''),
  trunc: (length: number, text: string) => (length < 0 ? text.slice(length) : text.slice(0, length)),
  substr: (from: number, to: number, text: string) => text.slice(Math.max(0, from), to < 0 ? undefined : to),
  indent: (count: number, text: string) => indented(count, text),
  nindent: (count: number, text: string) => `\n${indented(count, text)}`,
  quote: (...values: unknown[]) => values.map((value) => JSON.stringify(String(value))).join(' '),
  squote: (...values: unknown[]) => values.map((value) => `'${String(value)}'`).join(' '),
  cat: (...values: unknown[]) => values.map(printed).join(' '),
  repeat: (count: number, text: unknown) => String(text).repeat(count),
  replace: (from: string, to: string, text: unknown) => String(text).replaceAll(from, () => to),
  contains: (part: string, text: unknown) => String(text).includes(part),
  hasPrefix: (part: string, text: unknown) => String(text).startsWith(part),
  hasSuffix: (part: string, text: unknown) => String(text).endsWith(part),
  toString: (value: unknown) => printed(value),
  regexMatch: (pattern: string, text: unknown) => goRegExp(pattern).test(String(text)),
  regexFind: (pattern: string, text: unknown) => {
    const matcher = goRegExp(pattern).matcher(String(text));
    return matcher.find() ? matcher.group() : '';
  },
  regexReplaceAll: (pattern: string, text: unknown, by: string) =>
    goRegExp(pattern)
      .matcher(String(text))
      .replaceAll(by.replace(/\$\{(\d+)\}/g, '$$$1').replace(/\$\{(\w+)\}/g, '$$<$1>')),
  findStringSubmatch: (pattern: string, text: unknown) => submatches(goRegExp(pattern), String(text)),
  b64enc: (text: string) => Buffer.from(text).toString('base64'),
  b64dec: (text: string) => Buffer.from(text, 'base64').toString(),
  sha1sum: (text: string) => createHash('sha1').update(text).digest('hex'),
  sha256sum: (text: string) => createHash('sha256').update(text).digest('hex'),
  urlquery: (text: unknown) => encodeURIComponent(String(text)).replace(/%20/g, '+'),
  toJson: (value: unknown) => JSON.stringify(value),
  toPrettyJson: (value: unknown) => JSON.stringify(value, null, 2),
  fromJson: (text: string) => JSON.parse(text) as unknown,
  print: (...items: unknown[]) =>
    items.reduce<string>((out, item, index) => {
      // Go puts a space between two that are not texts.
      const apart = index > 0 && typeof item !== 'string' && typeof items[index - 1] !== 'string';
      return `${out}${apart ? ' ' : ''}${printed(item)}`;
    }, ''),
  println: (...items: unknown[]) => `${items.map(printed).join(' ')}\n`,
  printf: (format: string, ...items: unknown[]) =>
    format.replace(
      /%(%|(-?)(0?)(\d*)(?:\.(\d+))?([a-zA-Z]))/g,
      (
        whole,
        all: string,
        left: string,
        zero: string,
        width: string,
        digits: string | undefined,
        verb: string,
      ) => {
        if (all === '%') return '%';
        if (items.length === 0) throw new Error(`there is nothing for ${whole}`);
        const text = formatted(verb, items.shift(), digits);
        if (left) return text.padEnd(Number(width));
        return text.padStart(Number(width), zero || ' ');
      },
    ),
};

function formatted(verb: string, item: unknown, digits: string | undefined): string {
  switch (verb) {
    case 'd':
      return String(Math.trunc(Number(item)));
    case 'f':
      return Number(item).toFixed(Number(digits ?? 6));
    case 'q':
      return JSON.stringify(String(item));
    case 'x':
      return typeof item === 'number' ? item.toString(16) : Buffer.from(String(item)).toString('hex');
    case 's':
    case 't':
    case 'v':
      return printed(item);
    default:
      throw new Error(`%${verb} is not supported`);
  }
}

/** The groups of the first match: by name if they have names, else by number. */
function submatches(pattern: ReturnType<typeof goRegExp>, text: string): Record<string, string> {
  const matcher = pattern.matcher(text);
  if (!matcher.find()) return {};
  const names = Object.keys(pattern.namedGroups());
  const groups = names.length > 0 ? names : Array.from({ length: matcher.groupCount() + 1 }, (_, at) => at);
  return Object.fromEntries(groups.map((group) => [group, matcher.group(group) ?? '']));
}

function indented(count: number, text: string): string {
  const spaces = ' '.repeat(count);
  return spaces + text.replaceAll('\n', `\n${spaces}`);
}

function trimmed(characters: string, text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && characters.includes(text[from]!)) from++;
  while (to > from && characters.includes(text[to - 1]!)) to--;
  return text.slice(from, to);
}

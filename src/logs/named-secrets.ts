import { isSecretName, isSecretParameter } from '../base/secret-names.ts';
import { isPlaceholder } from './clear-secrets.ts';
import { isLoggedSecretName } from './logged-names.ts';
import type { FoundSecret } from './secret-rules.ts';
import { isAnyKey, isBareSecret, isGenerated, isSecretText } from './secret-values.ts';

/**
 * A name, what separates it from its value (`=`, `:`, `=>`, quotes, also escaped ones, brackets), and the value. An option
 * of a command (`--password`) is separated by a space.
 */
const named = new RegExp(
  [
    String.raw`([\w.-]*[A-Za-z][\w.-]*)`,
    // Between a name and its value: quotes, a closing bracket, an operator; an element; an option and its argument.
    String.raw`((?:\\*["'])?\]?(?:\s+(?:=>|->|:=|[:=])\s+|(?:=>|->|:=|[:=])|:\s+|\s+=>\s*)(?:\[\s*)?`,
    String.raw`|(?<=<[\w.-]+)>(?:<[\w.-]+>)?(?=[^<>@\s][^<>]*</)|(?<=--[\w-]+)\s+(?!-)|\\*["']\s*,\s*(?=\\*["'])|\s+(?=\\*["']))`,
    String.raw`((?:\\*["'])?)`,
    String.raw`((?:(?:bearer|basic|token|digest)\s+)?(?:[^\s"'\\,;?&<>()}\]]+(?:[<>()}\]][^\s"'\\,;?&<>()}\]]+)*|<[^>\s]*>|\[[^\]\s]*\]?|\{\{[^}]*\}\}))`,
  ].join(''),
  'gi',
);

/** No operator separates the name from its value: arguments of a call, elements of a list, a name before a quoted text. */
const loose = /^(?:\\*["']\s*,\s*|\s+)$/;
/** Rest of a quoted value up to its end, if that is near. */
const quotedRest = /^[^"\\]*/;
const namePart = /[\w.-]/;

/** Returns the secret under the name that is at `at`. */
export function namedSecret(text: string, at: number): FoundSecret | undefined {
  let start = at;
  while (start > 0 && namePart.test(text[start - 1]!)) start -= 1;
  for (; start <= at; start = nextName(text, start)) {
    named.lastIndex = start;
    const match = named.exec(text);
    if (!match || match.index > at + 16) return undefined;
    const found = judge(text, match);
    if (found) return found;
    if (match.index > start) return undefined;
  }
  return undefined;
}

/** The next letter behind a sign that no name begins with, as the dashes of `--password`. */
function nextName(text: string, start: number): number {
  const rest = /^[.-]+/.exec(text.slice(start));
  return rest ? start + rest[0].length : Infinity;
}

function judge(text: string, match: RegExpExecArray): FoundSecret | undefined {
  const [whole, given = '', separator = '', quote = '', start = ''] = match;
  const name = given.replace(/^[.-]+/, '');
  const end = match.index + whole.length;
  const isQuotedName = /["']/.test(separator);
  const isOption = given.startsWith('--');
  // Behind a bare name is a scheme, which is judged with its credentials.
  if (/authorization$/i.test(name) && !isQuotedName) return undefined;
  const before = text[match.index - 1];
  const isOther =
    /^token$/i.test(name) && isOtherToken(text.slice(Math.max(0, match.index - 20), match.index));
  if (isOther && !(start.length >= 32 && isGenerated(start))) return undefined;
  const isParameter = separator === '=' && (before === '?' || before === '&');
  // In a connection string, `PWD` is no working folder.
  const isNamed = isParameter ? isSecretParameter(name) : isLoggedSecretName(name, separator, quote);
  if (!isNamed && !(name === 'PWD' && before === ';')) return undefined;
  if (isCutOff(text.slice(end, end + 4))) return undefined;
  // A call or an element: `getToken(`, `headers[`.
  if (!quote && /[([]/.test(text[end] ?? '') && /\w$/.test(start)) return undefined;
  const rest = quote ? (quotedRest.exec(text.slice(end))?.[0] ?? '') : '';
  const value = readable(start + (quote.includes("'") ? rest.replace(/'.*/s, '') : rest));
  if (loose.test(separator) && !isOption && !isGenerated(value)) return undefined;
  if (!isSecretValue(name, separator, quote, value)) return undefined;
  return { rule: isQuotedName ? 'secret-field' : 'secret-assignment', name };
}

/** Whether a value is shown in part, as in `eyJhb[...]`, `ab12...` and `eyJ...<snip>`. */
function isCutOff(behind: string): boolean {
  return /^(?:\.{2,}|…|\[\.|\*{3})/.test(behind);
}

/** Whether the word before `token` makes it one of a parser or of a page: `unexpected`, `continuation`. */
function isOtherToken(before: string): boolean {
  const word = /([A-Za-z]+) $/.exec(before)?.[1];
  return (
    word !== undefined &&
    (/^(?:un)?(?:expected|known)$|^(?:illegal|limiter)$/i.test(word) || !isSecretName(`${word} token`))
  );
}

function isSecretValue(name: string, separator: string, quote: string, value: string): boolean {
  if (/(?:^|[-_])cookie$/i.test(name)) {
    const cookie = /^[\w.-]+=([^;\s]{4,})/.exec(value)?.[1];
    return cookie !== undefined && !isPlaceholder(cookie);
  }
  if (/^(?:cvv|cvc)$/i.test(name)) return /^\d{3,4}$/.test(value);
  if (!(quote ? isSecretText(name, value) : isBareSecret(name, value, separator))) return false;
  return !isAnyKey(name) || /^(?=.*\d)[\w+/=.~-]{8,}$/.test(value);
}

/** The text around a needle has a character for each byte. */
function readable(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

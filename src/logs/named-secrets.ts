import { isSecretHeader, isSecretName, isSecretParameter, wordsOf } from '../base/secret-names.ts';
import { isClearSecret } from './clear-secrets.ts';
import type { FoundSecret } from './secret-rules.ts';

/**
 * A name, what separates it from its value (`=`, `:`, `=>`, quotes, also escaped ones, brackets), and the value. An option
 * of a command (`--password`) is separated by a space.
 */
const named = new RegExp(
  [
    String.raw`([\w.-]*[A-Za-z][\w.-]*)`,
    // Between a name and its value: quotes, a closing bracket, an operator; an element; an option and its argument.
    String.raw`((?:\\*["'])?\]?(?:\s+(?:=>|->|:=|[:=])\s+|(?:=>|->|:=|[:=])|:\s+|\s+=>\s*)(?:\[\s*)?`,
    String.raw`|(?<=<[\w.-]+)>(?=[^<>@\s][^<>]*</)|(?<=--[\w-]+)(?:\s+(?!-)|["']\s*,\s*(?=["'])))`,
    String.raw`((?:\\*["'])?)`,
    String.raw`((?:(?:bearer|basic|token|digest)\s+)?(?:[^\s"'\\,;?&<>()}\]]+(?:[<>()}\]][^\s"'\\,;?&<>()}\]]+)*|<[^>\s]*>|\[[^\]\s]*\]?|\{\{[^}]*\}\}))`,
  ].join(''),
  'gi',
);

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
  // Behind a bare name is a scheme, which is judged with its credentials.
  if (/authorization$/i.test(name) && !isQuotedName) return undefined;
  const before = text[match.index - 1];
  if (/token$/i.test(name) && /\b(?:unexpected|unknown|illegal|next) $/i.test(text.slice(0, match.index)))
    return undefined;
  const isParameter = separator === '=' && (before === '?' || before === '&');
  if (isParameter ? !isSecretParameter(name) : !isLoggedSecretName(name, separator, quote)) return undefined;
  const rest = quote ? (quotedRest.exec(text.slice(end))?.[0] ?? '') : '';
  const value = readable(start + (quote.includes("'") ? rest.replace(/'.*/s, '') : rest));
  if (!isSecretValue(name, separator, quote, value)) return undefined;
  return { rule: isQuotedName ? 'secret-field' : 'secret-assignment', name };
}

const codes = /^(?:.*(?:verification|recovery|backup)[-_]?code|.*pass[-_]phrase|cvv|cvc)$/i;
/** Names of facts about a secret. */
const describing =
  /(?:expir\w*[-_.]?(?:in|at|on|after|s)?|strength|hasher|score|encoder|validator|generator|input|placeholder|prompt)$/i;
/** Keys of stores, not of locks. */
const storeKeys =
  /(?:dedupe|redis|job|query|store|list|stream|channel|topic|column|document|node|option|param|sort|event|memo)[-_.]?keys?$/i;

/** Whether a name is that of a secret; several in a list have a name in the plural. */
function isLoggedSecretName(name: string, separator: string, quote: string): boolean {
  if (describing.test(name) || storeKeys.test(name)) return false;
  if (isSecretName(name) || isSecretHeader(name) || codes.test(name)) return true;
  if (quote && /^pass$/i.test(name)) return true;
  return separator.includes('[') && quote !== '' && /[a-z]s$/i.test(name) && isSecretName(name.slice(0, -1));
}

function isSecretValue(name: string, separator: string, quote: string, value: string): boolean {
  if (/(?:^|[-_])cookie$/i.test(name)) return /^[\w.-]+=[^;\s]{4,}/.test(value);
  if (/^(?:cvv|cvc)$/i.test(name)) return /^\d{3,4}$/.test(value);
  if (!(quote ? isClearSecret(value) : isBareSecret(value, separator))) return false;
  if (quote && (isWordOfToken(name, value) || isProse(name, value))) return false;
  return !isAnyKey(name) || /^(?=.*\d)[\w+/=.~-]{8,}$/.test(value);
}

/** Whether the text under the name of a secret is one. */
export function isSecretText(name: string, text: string): boolean {
  return isClearSecret(text) && !isWordOfToken(name, text) && !isProse(name, text);
}

/** Whether a value is of three words or more and no digit, where a phrase is not what the name says. */
function isProse(name: string, value: string): boolean {
  return !/phrase$/i.test(name) && /^[^\d]*\s[^\d]*\s[^\d]*$/.test(value);
}

/** Whether the value of a token is a mere word, which describes it: `refresh`, `csrf`. A password may be one. */
function isWordOfToken(name: string, value: string): boolean {
  const last = wordsOf(name).at(-1) ?? '';
  return (
    /^(?:tokens?|secrets?|jwt|auth|authorization|keys?|credentials?)$/.test(last) &&
    /^(?:[a-z_-]{1,15}|[A-Z_-]{1,15}|[A-Z][a-z]{1,14})$/.test(value)
  );
}

/** Whether a name is that of a key of any kind: `appKey`, `redisKey`. */
function isAnyKey(name: string): boolean {
  const words = wordsOf(name);
  return (
    /^keys?$/.test(words.at(-1) ?? '') &&
    !/^(?:api|secret|private|access|sign|signing|encryption|master|hmac|jwt|auth|ssh)$/.test(
      words.at(-2) ?? '',
    )
  );
}

/** Behind `: ` prose may follow; a secret has a digit, an odd character, or letters in both cases. */
function isBareSecret(value: string, separator: string): boolean {
  if (!isClearSecret(value)) return false;
  if (separator.includes('=')) return true;
  return /\d|[^\w.!?-]|[a-z][A-Z]/.test(value.replace(/[.,:!?]+$/, ''));
}

/** The text around a needle has a character for each byte. */
function readable(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

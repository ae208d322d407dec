import { isSecretHeader, isSecretName, isSecretParameter, wordsOf } from '../base/secret-names.ts';
import { isClearSecret } from './clear-secrets.ts';
import type { FoundSecret } from './secret-rules.ts';

/**
 * A name, what separates it from its value (`=`, `:`, `=>`, quotes, also escaped ones, brackets), and the value. An option
 * of a command (`--password`) is separated by a space.
 */
const named =
  /([\w.-]*[A-Za-z][\w.-]*)((?:\\*["'])?(?:\s+(?:=>|[:=])\s+|(?:=>|[:=])|:\s+|\s+=>\s*)(?:\[\s*)?|(?<=--[\w-]+)\s+(?!-))((?:\\*["'])?)((?:(?:bearer|basic|token|digest)\s+)?(?:[^\s"'\\,;?&<>()}\]]+(?:[<>()}\]][^\s"'\\,;?&<>()}\]]+)*|<[^>\s]*>|\[[^\]\s]*\]?|\{\{[^}]*\}\}))/gi;

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
  const isParameter = separator === '=' && (before === '?' || before === '&');
  if (isParameter ? !isSecretParameter(name) : !isLoggedSecretName(name, separator, quote)) return undefined;
  const rest = quote ? (quotedRest.exec(text.slice(end))?.[0] ?? '') : '';
  const value = readable(start + (quote.includes("'") ? rest.replace(/'.*/s, '') : rest));
  if (!isSecretValue(name, separator, quote, value)) return undefined;
  return { rule: isQuotedName ? 'secret-field' : 'secret-assignment', name };
}

const codes = /^(?:.*(?:verification|recovery|backup)[-_]?code|cvv|cvc)$/i;
/** Names of facts about a secret. */
const describing = /expir\w*[-_.]?(?:in|at|on|after|s)?$/i;

/** Whether a name is that of a secret; several in a list have a name in the plural. */
function isLoggedSecretName(name: string, separator: string, quote: string): boolean {
  if (describing.test(name)) return false;
  if (isSecretName(name) || isSecretHeader(name) || codes.test(name)) return true;
  if (quote && /^pass$/i.test(name)) return true;
  return separator.includes('[') && quote !== '' && /[a-z]s$/i.test(name) && isSecretName(name.slice(0, -1));
}

function isSecretValue(name: string, separator: string, quote: string, value: string): boolean {
  if (/(?:^|[-_])cookie$/i.test(name)) return /^[\w.-]+=[^;\s]{4,}/.test(value);
  if (/^(?:cvv|cvc)$/i.test(name)) return /^\d{3,4}$/.test(value);
  if (!(quote ? isClearSecret(value) : isBareSecret(value, separator))) return false;
  return !isAnyKey(name) || /^(?=.*\d)[\w+/=.~-]{8,}$/.test(value);
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

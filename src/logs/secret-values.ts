import { wordsOf } from '../base/secret-names.ts';
import { isClearSecret } from './clear-secrets.ts';
import { isChosenByPeople } from './logged-names.ts';

/** Whether the text under the name of a secret is one. */
export function isSecretText(name: string, text: string): boolean {
  return isClearSecret(text) && !isWordOfToken(name, text) && !isProse(name, text);
}

/** Whether a value is of three words or more and no digit, where a phrase is not what the name says. */
function isProse(name: string, value: string): boolean {
  return !/phrase$/i.test(name) && /^[^\d]*\s[^\d]*\s[^\d]*$/.test(value);
}

/** Whether the value of a token is a mere word or number, which describes it: `refresh`, `csrf`. A password may be one. */
function isWordOfToken(name: string, value: string): boolean {
  const last = wordsOf(name).at(-1) ?? '';
  return (
    /^(?:tokens?|secrets?|jwt|auth|authorization|keys?|credentials?)$/.test(last) &&
    /^(?:[a-z_-]{1,15}|[A-Z_-]{1,15}|[A-Z][a-z]{1,14}|\d+(?:[/.]\d+)*)$/.test(value)
  );
}

/** Whether a name is that of a key of any kind: `appKey`, `redisKey`. */
export function isAnyKey(name: string): boolean {
  const words = wordsOf(name);
  return (
    /^keys?$/.test(words.at(-1) ?? '') &&
    !/^(?:api|secret|private|access|sign|signing|encryption|master|hmac|jwt|auth|ssh)$/.test(
      words.at(-2) ?? '',
    )
  );
}

/** Whether a value without quotes is a secret. Behind `: ` prose may follow: a secret has a digit, an odd character, or letters in both cases. */
export function isBareSecret(name: string, value: string, separator: string): boolean {
  const bare = value.replace(/[.,:!?]+$/, '');
  if (!isClearSecret(value) || isReference(name, bare)) return false;
  // A variable of the environment, a header: nothing but the value is behind it.
  const isVariable = /^[A-Z]+(?:_[A-Z]+)+$/.test(name);
  const isHeader = /^X-[\w-]+$/i.test(name) && separator.includes(':');
  if (/^[A-Za-z_-]+[:=]$/.test(value)) return false;
  if (isVariable || (isHeader && isChosenByPeople(name))) return isAscii(bare);
  if (isWordOfToken(name, bare) || (!isChosenByPeople(name) && !isAscii(bare))) return false;
  // The number of tests that passed, too.
  if (/^pass$/i.test(name)) return /[A-Za-z].*\d|\d.*[A-Za-z]/.test(bare);
  if (separator.includes('=')) return true;
  // `token: pos=12`: the value is a list of pairs of its own.
  if (/^[A-Za-z_]\w*(?:=[^=]|[:=]$)/.test(value)) return false;
  return /\d|[^\w.!?-]|[a-z][A-Z]/.test(bare);
}

function isAscii(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value);
}

/** Whether a value is code that yields a secret, or the name of a thing, and not the secret: `self.token`, `get(x)`, `db/creds`. */
export function isReference(name: string, value: string): boolean {
  return (
    /^[$\w.]*[A-Za-z_][([]|^(?:await|new|function|async|typeof|return|lambda)$/.test(value) ||
    // A member of an object; a class, also one with its hash.
    /^(?:this|self|req|request|res|ctx|config|cfg|settings|options|opts|args|params|props|process|env|os|user|data|body|credentials)\??\.[A-Za-z_]/.test(
      value,
    ) ||
    /^(?:[a-z_]\w*\.){2,}[A-Z]\w*(?:@[0-9a-f]+)?$/.test(value) ||
    /^\w*[A-Za-z]@[0-9a-f]{5,8}$/.test(value) ||
    /^(?:[A-Z][a-z]+){3,}\d?$/.test(value) ||
    // A name in a store of secrets: of a token, not of a password, which may contain a slash.
    (!isChosenByPeople(name) && /^[a-z][a-z-]*(?:\/[a-z][a-z0-9.-]*)+$/.test(value))
  );
}

/** Whether a text has the form of a generated secret and not that of a word, a time, a version, an address or a name. */
export function isGenerated(value: string): boolean {
  return (
    value.length >= 8 &&
    /^=?[\w+/.~!@#$%^&*-]+={0,2}$/.test(value) &&
    (/\d.*[A-Za-z]|[A-Za-z].*\d/.test(value) || isMixed(value)) &&
    !/^\d{1,4}[-/:.]\d{1,2}[-/:.]\d/.test(value) &&
    !/^v?\d+(?:\.\d+)+/.test(value) &&
    !/^\d+(?:\.\d+)?(?:ms|s|m|h|d|kb|mb|gb|b|%|px)$/i.test(value) &&
    !/^[A-Za-z][\w-]*(?:[./:][A-Za-z][\w-]*)*[.:]\d+(?::\d+)?$/.test(value) &&
    !/^(?:[a-z]+[-_.])+[a-z]*\d{0,4}$|^[a-z]+(?:-[a-z0-9]+){2,}$|^[A-Z]+(?:_[A-Z0-9]+)+$/.test(value) &&
    !/^[A-Za-z]+\d{0,3}$/.test(value) &&
    !isReference('', value)
  );
}

function isMixed(value: string): boolean {
  return value.length >= 20 && (value.match(/[a-z][A-Z]|[A-Z]{2}[a-z]/g)?.length ?? 0) >= 4;
}

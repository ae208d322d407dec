import { isSecretHeader, isSecretName, wordsOf } from '../base/secret-names.ts';

const codes = /^(?:.*(?:verification|recovery|backup)[-_]?code|.*pass[-_]phrase|cvv|cvc|.*psk)$/i;
/** Keys of stores, not of locks. */
const storeKeys =
  /(?:dedupe|redis|job|query|store|list|stream|channel|topic|column|document|node|option|param|sort|event|memo)[-_.]?keys?$/i;
/** Words behind that of a secret which leave the name a secret's: `password_confirmation`, `SECRET_KEY_BASE`, `token_v2`. */
const qualifier =
  /^(?:value|string|str|text|plain|plaintext|raw|hash|hashed|digest|salt|base|base64|b64|enc|encrypted|confirm|confirmation|confirmed|repeat|repeated|again|new|old|current|previous|prod|production|staging|dev|test|live|sandbox|default|root|admin|primary|secondary|backup|data|secret|v?\d+)$/;
/** The word that says what a value is. */
const secretNoun =
  /(?:passw(?:or)?ds?|passphrase|passcode|phrase|pwd|pass|pw|secrets?|tokens?|credentials?|keys?|apikey|auth|authorization|cookie|bearer|jwt|otp|cvv|cvc|pat|psk|code)$/;

/** Whether a name in a log is that of a secret; several in a list have a name in the plural. */
export function isLoggedSecretName(name: string, separator: string, quote: string): boolean {
  if (storeKeys.test(name)) return false;
  if (codes.test(name)) return true;
  if (isSecretName(name) || isSecretHeader(name)) return isValueNoun(name);
  if (/^pass$/i.test(name)) return quote !== '' || separator === '=';
  return separator.includes('[') && quote !== '' && /[a-z]s$/i.test(name) && isSecretName(name.slice(0, -1));
}

/** Whether a name ends with the word for a secret, qualifiers apart: `tokenService` and `password.txt` do not. */
function isValueNoun(name: string): boolean {
  const words = wordsOf(name);
  let last = words.length - 1;
  while (last > 0 && qualifier.test(words[last]!) && !secretNoun.test(words[last]!)) last -= 1;
  return secretNoun.test(words[last] ?? '');
}

/** Whether people choose the value of such a name, so that it may be any word. */
export function isChosenByPeople(name: string): boolean {
  return /pass|pwd|phrase|psk|^pw$/i.test(name);
}

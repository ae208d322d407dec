import { isClearSecret } from './clear-secrets.ts';
import type { FoundSecret } from './secret-rules.ts';
import { isGenerated } from './secret-values.ts';

/** Name of a secret in a sentence, up to four words that introduce the value, and the value, quoted or not. */
const spoken = new RegExp(
  [
    String.raw`\b(?:pass(?:word|wd|phrase|code)|(?:api|access|secret|encryption|unseal|recovery|signing|private)[ _-]key|secret|(?<!(?:unexpected|expected|unknown|illegal|next|near|cancellation|continuation|page) )token)`,
    String.raw`(?:\s+(?:is|was|are|set|to|of|provided|given|used|with|value|now|generated|new|\d{1,2}|for\s+(?:the\s+)?(?:user\s+)?\S+(?:\s+\([^)]*\))?)){0,4}`,
    String.raw`\s*(?::\s*=?|=\s*|\s)\s*(\\*["'\x60]|\[)?([^\s"'\x60\\,;<>()\]]{6,})`,
  ].join(''),
  'gi',
);

/** Returns the secret that a sentence introduces: `password is 8fk2-99`, `Invalid API key: 9f3a…`. Only a generated value counts. */
export function spokenSecret(text: string): FoundSecret | undefined {
  for (const { 0: whole, 1: quote, 2: raw = '', index } of text.matchAll(spoken)) {
    // A call; a value that is shown in part.
    if (text[index + whole.length] === '(' || /\.\.|…/.test(raw)) continue;
    const value = raw.replace(/[.:!?]+$/, '');
    // A password in quotes or behind `is` may be a word with a digit.
    const isPassword =
      /^pass/i.test(whole) &&
      (quote !== undefined ? /\d/ : /^(?=[^\d]*[a-z])[a-z]+\d/i).test(value) &&
      (quote !== undefined || /\sis\s\S+$/i.test(whole)) &&
      !/^(?:sha|md|base|bcrypt|argon|utf|aes|pbkdf)-?\d/i.test(value);
    if ((isPassword || isGenerated(value)) && isClearSecret(value)) return { rule: 'secret-assignment' };
  }
  return undefined;
}

import { escaped, formsOf, longestCharacter, plainLetters, type SecretForm } from './secret-forms.ts';
import { isMask } from './secret-places.ts';

export const redacted = '[redacted]';

/** Function that replaces every known secret, in every encoding in which it could leave the process. */
export interface Redactor {
  (text: string): string;
  /** Adds secrets. Ignores short values (< 4 characters) and masks. */
  add(...secrets: (string | undefined)[]): void;
  /** Adds public names: a secret that equals one is replaced only where a secret is expected. */
  allow(...names: (string | undefined)[]): void;
  /** Returns the first characters of the redacted text, without any part of a secret across the cut. */
  start(text: string, maxLength: number): string;
  /** Returns the last characters of the redacted text. */
  end(text: string, maxLength: number): string;
  /** Returns the secrets that are replaced everywhere. */
  known(): string[];
}

/** Words that are used as passwords, but are too common to be replaced in every text. */
const commonWords = new Set(
  'postgres meatymusic redacted password passwd secret token admin root redis test user default guest mysql example database'.split(
    ' ',
  ),
);

interface Prepared {
  forms: SecretForm[];
  inContext: RegExp[];
  /** Length of the longest form of a secret. */
  reach: number;
  mayHold: RegExp | undefined;
}

export function createRedactor(...initial: (string | undefined)[]): Redactor {
  const secrets = new Set<string>();
  const names = new Set(commonWords);
  let prepared: Prepared | undefined;
  const get = () => (prepared ??= prepare(secrets, names));
  const redact = ((text: string) => (secrets.size === 0 ? text : redactedText(text, get()))) as Redactor;
  redact.add = (...more) => {
    for (const secret of more) {
      if (!secret || secret.length < 4 || isMask(secret) || secrets.has(secret)) continue;
      secrets.add(secret);
      prepared = undefined;
    }
  };
  redact.allow = (...more) => {
    for (const name of more) {
      if (!name || names.has(name)) continue;
      names.add(name);
      if (secrets.has(name)) prepared = undefined;
    }
  };
  redact.start = (text, maxLength) => {
    if (secrets.size === 0) return text.slice(0, maxLength);
    const { reach } = get();
    const window = text.slice(0, maxLength + reach);
    const shown = redact(window);
    // A partial secret at the end of the window was not replaced.
    return shown.slice(
      0,
      window.length === text.length ? maxLength : Math.min(maxLength, Math.max(0, shown.length - reach)),
    );
  };
  redact.end = (text, maxLength) => {
    if (secrets.size === 0) return text.slice(Math.max(0, text.length - maxLength));
    const { reach } = get();
    const window = text.slice(Math.max(0, text.length - maxLength - reach));
    const shown = redact(window);
    const from = shown.length - maxLength;
    return shown.slice(Math.max(0, window.length === text.length ? from : Math.max(from, reach)));
  };
  redact.known = () => [...secrets].filter((secret) => !names.has(secret));
  redact.add(...initial);
  return redact;
}

function prepare(secrets: ReadonlySet<string>, names: ReadonlySet<string>): Prepared {
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  const forms = longestFirst.filter((secret) => !names.has(secret)).flatMap(formsOf);
  const inContext = longestFirst.filter((secret) => names.has(secret)).flatMap(contextsOf);
  const anchors = new Set(forms.flatMap((form) => form.anchors));
  const isSearchable = inContext.length === 0 && [...anchors].every((anchor) => anchor.length >= 3);
  return {
    forms,
    inContext,
    reach: Math.max(0, ...forms.map(({ length }) => length)) * longestCharacter,
    mayHold: isSearchable ? new RegExp([...anchors].join('|')) : undefined,
  };
}

/** Returns patterns for a secret that is also a public name: as the password of a URL, and after the name of a secret. */
function contextsOf(secret: string): RegExp[] {
  const value = escaped(secret);
  return [
    new RegExp(`(://[^\\s:@/"']*:)${value}(?=@)`, 'g'),
    new RegExp(
      `((?:pass|passw(?:or)?d|passphrase|pwd|secret|token|auth|api[-_]?key)["'\\\\]*\\s*[=:]\\s*["'\\\\]*)${value}(?![\\w-])`,
      'gi',
    ),
  ];
}

function redactedText(text: string, { forms, inContext, mayHold }: Prepared): string {
  if (text.length < 4) return text;
  const plain = plainLetters(text);
  if (mayHold && !mayHold.test(plain)) return text;
  let shown = text;
  for (const form of forms) {
    if (form.anchors.some((anchor) => plain.includes(anchor)))
      shown = shown.replace(form.pattern, replacement);
  }
  for (const pattern of inContext) shown = shown.replace(pattern, `$1${redacted}`);
  return shown === text ? text : shown.replace(/(?:\[redacted\]){2,}/g, redacted);
}

/** Returns a string for a number of a JSON document, so that the document stays valid. */
function replacement(match: string, ...rest: unknown[]): string {
  const [at, text] = rest.slice(-2) as [number, string];
  if (!/^\d+$/.test(match)) return redacted;
  const before = text.slice(Math.max(0, at - 8), at);
  const after = text.slice(at + match.length, at + match.length + 1);
  return /[^\\]":\s*$/.test(before) && /^[,}\]\s]/.test(after) ? `"${redacted}"` : redacted;
}

export const redacted = '[redacted]';

/** Replaces every known secret, in each encoding in which it could leave the process. */
export interface Redactor {
  (text: string): string;
  /** Learns further secrets: a password, a token, or the password inside a URL. Short values (< 4) are ignored. */
  add(...secrets: (string | undefined)[]): void;
}

/** Passwords that are also users, databases and the product: hiding the words would garble every report. */
const publicKnowledge = new Set(['postgres', 'meatymusic', 'true', 'false']);

/** Names of variables and settings whose value is a secret: `POSTGRES_PASSWORD`, `apiKey`, `auth.token`. */
export function isSecretName(name: string): boolean {
  return /(passw(or)?d|secret|token|api_?key|private_?key|credentials?)$/i.test(name);
}

export function createRedactor(...initial: (string | undefined)[]): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  const redact = ((text: string) => {
    if (forms.size === 0) return text;
    pattern ??= new RegExp(
      [...forms]
        .sort((a, b) => b.length - a.length)
        .map(escapeRegExp)
        .join('|'),
      'g',
    );
    return text.replace(pattern, redacted);
  }) as Redactor;
  redact.add = (...secrets) => {
    for (const secret of secrets) {
      if (!secret || secret.length < 4 || publicKnowledge.has(secret)) continue;
      for (const form of encodings(secret)) forms.add(form);
    }
    pattern = undefined;
  };
  redact.add(...initial);
  return redact;
}

/** The passwords of a URL (user information, `?password=`), as written and decoded. Never throws. */
export function secretsOfUrl(url: string): string[] {
  // Each variable of an environment comes through here, and most are no address.
  if (!/[=@]/.test(url)) return [];
  const inQuery = [...url.matchAll(secretParameter)].map((match) => match[2] as string);
  const written = [passwordRange(url)?.text, ...inQuery].filter((text) => text !== undefined);
  return [...new Set(written.flatMap((text) => [text, decoded(text)]))];
}

/** The URL with its passwords replaced, for a person's eyes. Never throws. */
export function maskUrl(url: string): string {
  if (!url.includes('@') && !url.includes('=')) return url;
  const range = passwordRange(url);
  const masked = range
    ? `${url.slice(0, range.start)}*****${url.slice(range.start + range.text.length)}`
    : url;
  return masked.replace(secretParameter, '$1*****');
}

const secretParameter =
  /([?&](?:password|sslpassword|pass|secret|token|api_?key|access_?token)=)([^&#\s]+)/gi;

/** A password that holds `@` is found up to the last one; one that holds `/`, `?` or `#` where the rest is no address. */
function passwordRange(url: string): { start: number; text: string } | undefined {
  if (!url.includes('@')) return undefined;
  const match =
    /^([a-z][a-z0-9+.-]*:\/\/[^:@/?#\s]*:)([^/?#\s]*)@/i.exec(url) ??
    (/^[a-z]/i.test(url) && !URL.canParse(url)
      ? /^([a-z][a-z0-9+.-]*:\/\/[^:@\s]*:)([^\s]*)@/i.exec(url)
      : null);
  if (!match?.[2]) return undefined;
  return { start: (match[1] as string).length, text: match[2] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    ...(base64.length >= 8 ? [base64, bytes.toString('base64url'), ...insideBase64(bytes)] : []),
    bytes.toString('hex'),
    secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'),
  ];
}

/** The digits that stand for these bytes alone when something stands before them: `Basic base64(user:password)`. */
function insideBase64(bytes: Buffer): string[] {
  return [0, 1, 2]
    .map((shift) => {
      const digits = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
      return digits.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    })
    .filter((digits) => digits.length >= 8);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

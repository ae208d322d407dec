export const redacted = '[redacted]';

/** Replaces every known secret, in each encoding in which it could leave the process. */
export interface Redactor {
  (text: string): string;
  /** Learns further secrets: a password, a token, or the password inside a URL. Short values (< 4) are ignored. */
  add(...secrets: (string | undefined)[]): void;
}

/** The contract's default password is also a user, a database and a product: hiding the word would garble every report. */
const publicKnowledge = new Set(['postgres']);

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

/** The password of a URL's user information, as written and decoded. Never throws. */
export function secretsOfUrl(url: string): string[] {
  const userInfo = /^[a-z][a-z0-9+.-]*:\/\/([^@/?#]*)@/i.exec(url)?.[1];
  if (!userInfo?.includes(':')) return [];
  const password = userInfo.slice(userInfo.indexOf(':') + 1);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

/** The URL with its password replaced, for a person's eyes. Never throws. */
export function maskUrl(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:@/?#]*):[^@/?#]*@/i, `$1:${'*'.repeat(5)}@`);
}

function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    ...(base64.length >= 8 ? [base64, bytes.toString('base64url')] : []),
    bytes.toString('hex'),
    secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'),
  ];
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

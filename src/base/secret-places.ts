import { urlOf } from './endpoint.ts';
import { isSecretHeader, isSecretName, isSecretParameter, wordsOf } from './secret-names.ts';

export const mask = '*****';

/**
 * Returns the secrets in the value of a variable, a setting or a field: the whole value if its name is that of a secret;
 * else passwords and tokens of URLs, `key=value` lists, header lists, connection strings, JSON and private keys. As
 * written and decoded. Never throws.
 */
export function secretsOfValue(name: string, value: string): string[] {
  const found = new Set<string>();
  const add = (secret: string | undefined) => {
    if (!secret || isMask(secret)) return;
    found.add(secret);
    found.add(decoded(secret));
  };
  if (isSecretName(name) || isSecretHeader(name)) secretsOfField(value).forEach(add);
  if (value.includes('PRIVATE KEY-----')) add(value);
  if (!/[=@:]/.test(value)) return [...found];
  secretsOfUrl(value).forEach(add);
  secretsOfPairs(value, /headers$/i.test(name)).forEach(add);
  if (/^\s*[{[]/.test(value)) secretsOfJson(value).forEach(add);
  return [...found];
}

/** Returns a credential without its scheme; for `Basic`, also the password. */
function secretsOfField(value: string): string[] {
  const [, scheme, rest] = /^(bearer|basic|token|digest|apikey)\s+(\S.*)$/is.exec(value) ?? [];
  if (!rest) return [value];
  if (scheme?.toLowerCase() !== 'basic') return [rest];
  const pair = Buffer.from(rest, 'base64').toString();
  return /^[^:\p{C}]*:[^\p{C}\ufffd]+$/u.test(pair) ? [rest, pair.slice(pair.indexOf(':') + 1)] : [rest];
}

const pair = /(?<=^|[\s,;&?{])([A-Za-z][\w.-]*(?: [A-Za-z]\w*)?)\s*=\s*("[^"]*"|'[^']*'|[^\s,;&]+)/g;
const headerLine = /^\s*([\w-]+):\s*(\S.*)$/gm;
const harmlessInList = /^(?:content-type|accept|user-agent|x-honeycomb-dataset|x-scope-orgid|host)$/i;

function secretsOfPairs(value: string, isHeaderList: boolean): string[] {
  const found: string[] = [];
  const isSecret = (key: string) =>
    isSecretName(key) || isSecretHeader(key) || (isHeaderList && !harmlessInList.test(key));
  if (value.includes('=')) {
    for (const [, key = '', raw = ''] of value.matchAll(pair)) {
      // `a=b` in a list of headers may hold a scheme: `authorization=Bearer%20abc`.
      if (isSecret(key)) found.push(raw, ...secretsOfField(decoded(raw.replace(/^["']|["']$/g, ''))));
    }
  }
  if (value.includes(':')) {
    for (const [, key = '', raw = ''] of value.matchAll(headerLine))
      if (isSecretHeader(key)) found.push(...secretsOfField(raw));
  }
  return found;
}

function secretsOfJson(text: string): string[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [];
  }
  const found: string[] = [];
  const walk = (value: unknown, name: string, depth: number): void => {
    if (depth > 20) return;
    if (typeof value === 'string') found.push(...secretsOfValue(name, value));
    else if (Array.isArray(value)) for (const item of value) walk(item, name, depth + 1);
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value))
        walk(item, key === 'auth' ? 'docker auth' : key, depth + 1);
  };
  walk(json, '', 0);
  return found;
}

/** Returns the secrets of the URLs in a text, as written and decoded. Never throws. */
export function secretsOfUrl(text: string): string[] {
  // Called for each variable of an environment; most are not URLs.
  if (!/[=@]/.test(text)) return [];
  const found = rangesOf(text).map(({ start, end }) => text.slice(start, end));
  return [...new Set(found.flatMap((secret) => [secret, decoded(secret)]))];
}

/** Words of names whose value is no secret, even where a secret has the same value: `POSTGRES_DB`. */
const publicWords =
  /^(?:user|username|login|db|database|dbname|host|hostname|role|project|schema|app|service)$/;

/** Names that everyone may know: of users, databases and hosts, in variables of their own and in URLs. Never throws. */
export function publicNamesOf(name: string, value: string): string[] {
  const found: string[] = [];
  if (
    publicWords.test(wordsOf(name).at(-1) ?? '') ||
    /^(?:postgres|pg|mysql|redis)(?:user|database|host)$/i.test(name)
  )
    found.push(value);
  if (!value.includes('://')) return found.filter(isPlainName);
  for (const [, scheme = '', user = '', rest = ''] of value.matchAll(
    /([a-z][a-z0-9+.-]*):\/\/(?:([^:@/?#\s]*)(?::[^@\s]*)?@)?([^?#\s,]*)/gi,
  )) {
    const [host = '', ...path] = rest.split('/');
    found.push(host.replace(/:\d+$/, ''));
    if (!/^https?$/i.test(scheme)) found.push(user, ...path);
  }
  return found.map(decoded).filter(isPlainName);
}

function isPlainName(text: string): boolean {
  return /^[a-z][\w.-]{0,62}$/i.test(text);
}

/** Masks the secrets of a URL for printing. Never throws. */
export function maskUrl(url: string): string {
  if (!url.includes('@') && !url.includes('=')) return url;
  let [masked, from] = ['', 0];
  for (const { start, end } of rangesOf(url)) {
    masked += `${url.slice(from, start)}${mask}`;
    from = end;
  }
  return masked + url.slice(from);
}

interface Range {
  start: number;
  end: number;
}

/** Returns the positions of secrets in URLs, in ascending order. */
function rangesOf(text: string): Range[] {
  const users = text.includes('@') ? userRanges(text) : [];
  const end = users.at(-1)?.end ?? 0;
  const parameters: Range[] = [];
  if (text.includes('=')) {
    for (const match of text.matchAll(parameter)) {
      const [, lead = '', name = '', value = ''] = match;
      const start = match.index + lead.length;
      if (start >= end && isSecretParameter(decoded(name)))
        parameters.push({ start, end: start + value.length });
    }
  }
  return [...users, ...parameters];
}

const parameter = /([?&#;]([\w.%[\]-]+)=)([^&#;\s"'<>,]+)/g;
/** A password that contains `@` ends at the last `@` of its authority. */
const userInfo = /([a-z][a-z0-9+.-]*:\/\/)([^:@/?#\s"'<>]*)(?:(:)([^/?#\s"'<>]*))?@/gi;

/** Returns the positions of user names and passwords, also of a password with `/`, `?` or `#` that makes the URL invalid. */
function userRanges(text: string): Range[] {
  const ranges = [...text.matchAll(userInfo)].flatMap((match): Range[] => {
    const [, scheme = '', user = '', colon, password = ''] = match;
    const userStart = match.index + scheme.length;
    const passwordStart = userStart + user.length + 1;
    return [
      ...(isToken(user, password, colon !== undefined)
        ? [{ start: userStart, end: userStart + user.length }]
        : []),
      ...(password ? [{ start: passwordStart, end: passwordStart + password.length }] : []),
    ];
  });
  if (ranges.length > 0 || !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || URL.canParse(text)) return ranges;
  const [, lead, secret] = /^([a-z][a-z0-9+.-]*:\/\/[^:@\s]*:)([^\s]*)@/i.exec(text) ?? [];
  return lead && secret ? [{ start: lead.length, end: lead.length + secret.length }] : [];
}

/** Returns true for a user name that is a credential: `https://ghp_…@github.com`, `https://<key>@sentry.io/1`, `https://<key>:@api`. */
function isToken(user: string, password: string, hasColon: boolean): boolean {
  if (user.length < 8) return false;
  if (/^(?:gh[a-z]_|github_pat_|glpat-|sk[_-]|[rp]k_|xox|npm_|hf_|dop_|pat[_-]|ey[A-Z])/.test(user))
    return true;
  if (hasColon && (password === '' || password === 'x-oauth-basic')) return true;
  return user.length >= 16 && /\d/.test(user) && /[a-z]/i.test(user) && /^[\w~%+=-]+$/.test(user);
}

/**
 * Masks the value of a header for printing, and the secrets of the addresses in any other header: `Location`, `Link`. Keeps
 * the name and attributes of a cookie and the scheme of a credential.
 */
export function maskHeader(name: string, value: string): string {
  if (!isSecretHeader(name)) return maskUrl(value);
  const lower = name.toLowerCase();
  if (lower === 'cookie') return value.replace(/(^|;\s*)([^=;\s]+)=[^;]*/g, '$1$2=[redacted]');
  if (lower === 'set-cookie') return value.replace(/(^|,\s*)([^=;,\s]+)=[^;,]*/g, '$1$2=[redacted]');
  return `${/^(?:Bearer|Basic|Digest|Negotiate) /i.exec(value)?.[0] ?? ''}[redacted]`;
}

/** Returns true for a placeholder of a secret: `*****`, `xxxx`, `<redacted>`, `${PASSWORD}`. */
export function isMask(value: string): boolean {
  return (
    /^["']?(?:[*•.x_-]{2,}|X{2,}|[<[({%]*\s*(?:redacted|filtered|hidden|masked|removed|secret|omitted|scrubbed|sanitized)\s*[>\])}%]*|%5Bredacted%5D)["']?$/i.test(
      value,
    ) ||
    /^["']?(?:\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*|%[A-Z_]\w*%|\{\{.*\}\}|<[\w .-]+>)["']?$/.test(value) ||
    /^(?:true|false|null|none|nil|undefined|unset|empty|n\/a|anonymous)$/i.test(value)
  );
}

export function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns the secrets in the addresses of a stack. */
export function secretsOfEndpoints(endpoints: object): string[] {
  return Object.values(endpoints).flatMap((endpoint) => secretsOfUrl(urlOf(endpoint) ?? ''));
}

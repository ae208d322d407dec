import { isSecretHeader, isSecretName, isSecretParameter } from '../base/secret-names.ts';
import { isMask, secretsOfUrl } from '../base/secret-places.ts';

/** Kinds of secrets that a log must not contain in clear text. Each rule can be switched off. */
export const secretRules = [
  'project-secret',
  'secret-field',
  'secret-assignment',
  'bearer-token',
  'jwt',
  'private-key',
  'cloud-key',
  'url-password',
  'email',
] as const;

export type SecretRule = (typeof secretRules)[number];

export const secretMeanings: Record<SecretRule, string> = {
  'project-secret': 'a secret of this project: of its environment, configuration or checks',
  'secret-field': 'a field whose name says that its value is secret',
  'secret-assignment': 'password=… or token=… in clear',
  'bearer-token': 'an Authorization value',
  jwt: 'a JSON web token',
  'private-key': 'a private key',
  'cloud-key': 'an access key of a cloud, a code host or another provider',
  'url-password': 'a URL with a password',
  email: 'an e-mail address',
};

/** A secret in a part of a line: the rule, and the name that it has there. */
export interface FoundSecret {
  rule: SecretRule;
  name?: string;
}

/** Bytes that a rule's text cannot do without; only where they are found is `find` asked. Letters in either case. */
interface Anchor {
  needles: readonly string[];
  /** `at`: where the needle begins in the text around it. */
  find(text: string, at: number): FoundSecret | undefined;
}

export const anchors: readonly Anchor[] = [
  {
    needles: words(
      'passw passp pass= pass" pass: pass\\ pwd= pwd" pwd: pwd\\ secre token creden apike key" key= key: key\\ uthor cooki ' +
        'auth= auth" auth: jwt= jwt" otp= otp" sig= nature=',
    ),
    find: namedSecret,
  },
  { needles: ['bearer', 'basic'], find: authorization },
  { needles: ['.eyj'], find: byPattern('jwt', /\beyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]*/) },
  { needles: ['private key-'], find: byPattern('private-key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/) },
  {
    // Facts of the providers: the prefix of their keys, and how many characters follow.
    needles: words(
      'akia asia _live_ xoxb xoxp xoxa xoxr xoxs xapp- ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- glrt- sk-ant- sk-proj- ' +
        't3blbkfj aiza npm_ dop_v1_ pypi-ageiychl shpat_ shpss_ ya29. age-secret-key- whsec_ tskey- pmak- figd_ sntrys_ ' +
        'lin_api_ dckr_pat_ hvs. sq0csp- nvapi- gsk_',
    ),
    find: byPattern(
      'cloud-key',
      new RegExp(
        `(?<![A-Za-z0-9])(?:${[
          'A(?:KIA|SIA)[0-9A-Z]{16}(?![0-9A-Z])',
          '[srp]k_live_[0-9a-zA-Z]{16,}',
          'xox[abprs]-[0-9A-Za-z-]{10,}',
          'xapp-\\d-[0-9A-Za-z-]{10,}',
          'gh[opusr]_[0-9A-Za-z]{36,}',
          'github_pat_\\w{22,}',
          'gl(?:pat|rt)-[\\w-]{20,}',
          'sk-(?:ant|proj)-[\\w-]{20,}',
          'sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}',
          'AIza[\\w-]{35}',
          'npm_[0-9A-Za-z]{36}',
          'dop_v1_[0-9a-f]{64}',
          'pypi-AgEIcHlwaS[\\w-]{20,}',
          'shp(?:at|ss)_[0-9a-fA-F]{32}',
          'ya29\\.[\\w-]{20,}',
          'AGE-SECRET-KEY-1[0-9A-Z]{50,}',
          'whsec_[A-Za-z0-9+/=]{20,}',
          'tskey-[a-z]+-[\\w-]{10,}',
          'PMAK-[0-9a-f]{24}-[0-9a-f]{34}',
          'figd_[\\w-]{20,}',
          'sntrys_[\\w+/=-]{20,}',
          'lin_api_[0-9A-Za-z]{32,}',
          'dckr_pat_[\\w-]{20,}',
          'hvs\\.[\\w-]{20,}',
          'sq0csp-[\\w-]{22,}',
          'nvapi-[\\w-]{20,}',
          'gsk_[0-9A-Za-z]{40,}',
        ].join('|')})`,
      ),
    ),
  },
];

/** `@` is one byte, and searched for by itself. */
export function atSign(text: string, at: number): FoundSecret | undefined {
  const start = text.lastIndexOf('://', at);
  if (start !== -1 && !/[\s"'<>]/.test(text.slice(start, at))) {
    const url = /[a-z][a-z0-9+.-]*$/i.exec(text.slice(0, start))?.[0];
    const [password] = url ? secretsOfUrl(`${url}${text.slice(start, at)}@h`) : [];
    if (password && !isMask(password) && !isPlaceholder(password)) return { rule: 'url-password' };
    if (url) return undefined;
  }
  return email(text, at);
}

const mailbox = /(?<![\w.+%-])([\w.+%-]+)$/;
const mailHost = /^@([a-z0-9-]+(?:\.[a-z0-9-]+)*\.([a-z]{2,24}))(?![\w:@-]|\.\w|\/)/i;
/** Endings that no domain has: of files, of units of an operating system, of names within a network. */
const noDomain = new Set(
  words(
    'png jpg jpeg gif webp avif svg ico css js mjs cjs ts tsx jsx json map html htm md txt log yml yaml toml xml pdf zip gz tgz tar ' +
      'service socket timer target mount slice scope path device swap local localhost localdomain internal intranet lan home corp ' +
      'cluster svc invalid rc beta alpha dev0 final release snapshot jar class java py rb go rs php sh sql so dll exe',
  ),
);
const noMailbox = /^(?:git|hg|svn|user|users?name|name|root|x+|\*+|redacted)$/i;

function email(text: string, at: number): FoundSecret | undefined {
  const user = mailbox.exec(text.slice(0, at))?.[1];
  const [, host = '', ending = ''] = (user && mailHost.exec(text.slice(at))) || [];
  if (!user || !host || noMailbox.test(user) || noDomain.has(ending.toLowerCase()) || /^\d/.test(host))
    return undefined;
  return { rule: 'email' };
}

function byPattern(rule: SecretRule, pattern: RegExp): Anchor['find'] {
  return (text) => (pattern.test(text) ? { rule } : undefined);
}

const credentials = /\b(bearer|basic)[ =:]+["']?([\w.~+/=-]{8,})/gi;

function authorization(text: string): FoundSecret | undefined {
  for (const { 1: scheme = '', 2: value = '', index } of text.matchAll(credentials)) {
    // A field is reported as one.
    if (/authorization\\*["']\s*:\s*\[?\s*\\*["']$/i.test(text.slice(0, index))) continue;
    if (isMask(value) || isPlaceholder(value)) continue;
    const isSecret =
      scheme.toLowerCase() === 'bearer' ? /\d/.test(value) || value.length >= 24 : isUserAndPassword(value);
    if (isSecret) return { rule: 'bearer-token' };
  }
  return undefined;
}

function isUserAndPassword(value: string): boolean {
  return /^[\x20-\x7e]*:[\x20-\x7e]+$/.test(Buffer.from(value, 'base64').toString('latin1'));
}

/** A name, what separates it from its value (`=`, `:`, `=>`, quotes, also escaped ones, brackets), and the value. */
const named =
  /(?<![\w.])([\w.-]*[A-Za-z][\w.-]*)((?:\\*["'])?(?:\s+(?:=>|[:=])\s+|(?:=>|[:=])|:\s+|\s+=>\s*)(?:\[\s*)?)((?:\\*["'])?)((?:(?:bearer|basic|token|digest)\s+)?(?:[^\s"'\\,;?&<>()}\]]+(?:[<>()}\]][^\s"'\\,;?&<>()}\]]+)*|<[^>\s]*>))/gi;

/** Returns the rest of a quoted value up to its end, if that is near. */
const quotedRest = /^[^"\\]*/;

function namedSecret(text: string, at: number): FoundSecret | undefined {
  named.lastIndex = 0;
  for (const match of text.matchAll(named)) {
    const [whole, name = '', separator = '', quote = '', value = ''] = match;
    const end = match.index + whole.length;
    if (match.index > at + 16) break;
    if (end < at) continue;
    const before = text[match.index - 1];
    if (/authorization$/i.test(name) && !/["']/.test(separator)) continue;
    const isParameter = separator === '=' && (before === '?' || before === '&');
    const isCookie = /(?:^|[-_])cookie$/i.test(name);
    if (isParameter ? !isSecretParameter(name) : !isSecretName(name) && !isSecretHeader(name)) continue;
    const rest = quote ? (quotedRest.exec(text.slice(end))?.[0] ?? '') : '';
    const isSecret = isCookie
      ? /^[\w.-]+=[^;\s]{4,}/.test(value)
      : quote
        ? isClearSecret(value + rest)
        : isBareSecret(value, separator);
    if (isSecret) return { rule: /["']/.test(separator) ? 'secret-field' : 'secret-assignment', name };
  }
  return undefined;
}

/** Behind `: ` prose may follow; a secret has a digit, an odd character, or letters in both cases. */
function isBareSecret(value: string, separator: string): boolean {
  if (!isClearSecret(value)) return false;
  if (separator.includes('=')) return true;
  return /\d|[^\w.!?-]|[a-z][A-Z]/.test(value.replace(/[.,:!?]+$/, ''));
}

/** Words that describe a secret, in the position of one. */
const statements = new Set(
  words(
    'required invalid missing changed wrong incorrect expired valid ok yes no set unset provided present absent empty blank ' +
      'string str text varchar char number int integer bytes bool boolean object array any unknown none disabled enabled default optional ' +
      'bearer basic digest token password secret must should cannot is was not too has have the a an of for from in on to with and or ' +
      'reset updated revoked rotated refreshed issued created deleted removed accepted rejected denied failed success successful ' +
      'verified unverified mismatch matched match unauthorized forbidden malformed undefined anonymous hidden private public sha256 sha512 md5 hs256 rs256 bcrypt argon2id',
  ),
);

const prose =
  /^(?:is|are|was|were|must|should|has|have|had|can|cannot|can't|may|will|not|too|the|a|an|please|at|only|contains|does|invalid|missing|required)\s/i;

/** Whether a value under a secret name is one: not empty, not a mask, not a placeholder, not a mere statement about it. */
export function isClearSecret(value: string): boolean {
  const bare = value.replace(/^(?:bearer|basic|token|digest)\s+/i, '');
  return (
    bare.length >= 4 &&
    !prose.test(bare) &&
    !isMask(bare) &&
    !isPlaceholder(bare) &&
    !statements.has(bare.toLowerCase().replace(/[.:!?]+$/, ''))
  );
}

function isPlaceholder(value: string): boolean {
  return (
    /^(?:\*+|%5Bredacted%5D|\[?redacted\]?|\[?filtered\]?|<?hidden>?|x{3,})/i.test(value) ||
    /^(?:%[sdvq]|\{\w*\}?|:\w+|\?|\$\d+|\$\{?[A-Z_]+\}?.*|\{\{.*|<.*|process\.env\..*|os\.environ.*|ENC\[.*|vault:.*)$/.test(
      value,
    ) ||
    /^(?:https?:\/\/|\.{0,2}\/[\w.-]+\/|your[-_]|change-?me|example|placeholder|dummy|\.\.\.|…)/i.test(
      value,
    ) ||
    /^(.)\1+$/.test(value)
  );
}

function words(text: string): string[] {
  return text.split(' ');
}

/** What should never stand in a log in clear. Each rule can be switched off. */
export const secretRules = [
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
  'secret-field': 'a field whose name says that its value is secret',
  'secret-assignment': 'password=… or token=… in clear',
  'bearer-token': 'an Authorization value',
  jwt: 'a JSON web token',
  'private-key': 'a private key',
  'cloud-key': 'an access key of a cloud or code host',
  'url-password': 'a URL with a password',
  email: 'an e-mail address',
};

/** Rare bytes that each rule's text cannot do without; only where they are found is a pattern tried. */
interface Anchor {
  /** Short and with a rare first letter: that is what the search is fast for. */
  needle: string;
  rules: [SecretRule, RegExp][];
}

const masked = '(?:\\*{2,}|\\[?redacted|\\[?filtered|<?hidden|xxx)';

const bearer = new RegExp(`\\bbearer (?!${masked})[\\w.~+/=-]{8,}`, 'i');

export const anchors: readonly Anchor[] = [
  {
    needle: '@',
    rules: [
      ['url-password', /[a-z][a-z0-9+.-]*:\/\/[^\s:@/"]+:(?!\*+@|\[?redacted|%5B)[^\s@/"]+@/i],
      ['email', /(?<![\w.+-])[\w.+-]+@(?![\w.-]*:\/\/)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?![\w:-])/i],
    ],
  },
  { needle: '.eyJ', rules: [['jwt', /\beyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]*/]] },
  { needle: 'Beare', rules: [['bearer-token', bearer]] },
  { needle: 'beare', rules: [['bearer-token', bearer]] },
  { needle: 'BEARE', rules: [['bearer-token', bearer]] },
  {
    needle: 'word=',
    rules: [['secret-assignment', new RegExp(`\\b(?:\\w*password)=(?!${masked}|["'&\\s]|$)\\S{3,}`, 'i')]],
  },
  {
    needle: 'ken=',
    rules: [['secret-assignment', new RegExp(`\\b(?:\\w*token)=(?!${masked}|["'&\\s]|$)[^\\s"&]{8,}`, 'i')]],
  },
  { needle: 'PRIVA', rules: [['private-key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/]] },
  { needle: 'AKIA', rules: [['cloud-key', /\bAKIA[0-9A-Z]{16}\b/]] },
  { needle: '_live_', rules: [['cloud-key', /\b[sr]k_live_[0-9a-zA-Z]{16,}/]] },
  { needle: 'xox', rules: [['cloud-key', /\bxox[abprs]-[0-9A-Za-z-]{10,}/]] },
  { needle: 'hp_', rules: [['cloud-key', /\bghp_[0-9A-Za-z]{36}\b/]] },
];

/** Whether a value under a secret name is one: not empty, not a mask, not a mere statement about it. */
export function isClearSecret(value: string): boolean {
  return (
    value.length >= 4 &&
    !new RegExp(`^(?:bearer |basic )?${masked}`, 'i').test(value) &&
    !/^(?:true|false|null|none|undefined)$/i.test(value)
  );
}

import { isMask } from '../base/secret-places.ts';

/** Words that describe a secret, in the position of one. */
const statements = new Set(
  (
    'required invalid missing changed wrong incorrect expired valid ok yes no set unset provided present absent empty blank ' +
    'string str text varchar char number int integer bytes bool boolean object array any unknown none disabled enabled default optional ' +
    'bearer basic digest token password secret must should cannot is was not too has have the a an of for from in on to with and or ' +
    'reset updated revoked rotated refreshed issued created deleted removed accepted rejected denied failed success successful ' +
    'verified unverified mismatch matched match unauthorized forbidden malformed undefined anonymous hidden private public sha256 sha512 md5 hs256 rs256 bcrypt argon2id include same-origin omit credentials found strong weak'
  ).split(' '),
);

const prose =
  /^(?:is|are|was|were|must|should|has|have|had|can|cannot|can't|may|will|not|too|the|a|an|please|at|only|contains|does|invalid|missing|required)\s/i;

/** `Password is required`, `Please choose another one`. */
const sentence = /^(?:(?:your|the) )?(?:password|token|secret|api key|credentials?) [a-z]+\b/i;

/** Whether a value under a secret name is one: not empty, not a mask, not a placeholder, not a mere statement about it. */
export function isClearSecret(value: string): boolean {
  const bare = value.replace(/^(?:bearer|basic|token|digest)\s+/i, '');
  return (
    bare.length >= 4 &&
    !prose.test(bare.replaceAll('_', ' ')) &&
    !sentence.test(bare) &&
    !isMask(bare) &&
    !isPlaceholder(bare) &&
    !statements.has(bare.toLowerCase().replace(/[.:!?]+$/, ''))
  );
}

/** Whether a value is a mask in part (`sk_live_****`, `ab…yz`), a name in brackets (`[object Object]`), or a reference. */
export function isPlaceholder(value: string): boolean {
  return (
    /\*{3,}|•{2,}|…|[\w-]\.{2,3}[\w<([-]|[\w\]-]\.{2,3}$|\[\.{3}\]?|^[\w:]+\$\{?[A-Za-z_]\w*\}?$|x{6,}/i.test(
      value,
    ) ||
    /^(?:\[[\w .:-]*\]|\([\w .:-]*\)|<[^>]*>|\{[\w .:-]*\})$/.test(value) ||
    /^\$[({]/.test(value) ||
    /^(?:(?:op|ssm|aws-sm|gcp-sm|sops|keyvault|ref|file|secret|arn):|@?env[(:]|\w*KeyRef$|Symbol\(|#\{|%\{|<%)/.test(
      value,
    ) ||
    /\bsecrets?\/[\w-]+\//.test(value) ||
    /^\W*(?:redacted|filtered|masked|hidden|removed|secure|omitted|scrubbed|encrypted|obfuscated|sanitized|protected|empty|none|unset|not set|no value)\W*$/i.test(
      value,
    ) ||
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

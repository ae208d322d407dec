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

import { isSecretName, secretsOfUrl } from '../base/redact.ts';

/** Headers whose value is a secret, whatever the rest of the name. */
const secretHeader = /^(proxy-)?authorization$|^cookie$|^x-api-key$/i;

/** Adds every secret inside an entry or variables: by the name that it stands under, in addresses, in headers. */
export function secretsIn(value: unknown, found: Set<string>, name = ''): void {
  if (typeof value === 'string') {
    if (value.includes('://')) for (const secret of secretsOfUrl(value)) found.add(secret);
    if (isSecretName(name)) found.add(value);
    const header = secretHeader.test(name) ? value : secretHeaderLine(value);
    if (header) found.add(header.replace(/^(Bearer|Basic)\s+/i, ''));
  } else if (Array.isArray(value)) {
    value.forEach((item) => {
      secretsIn(item, found, name);
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value) secretsIn((value as Record<string, unknown>)[key], found, key);
  }
}

/** gossfiles write headers as lines. */
function secretHeaderLine(text: string): string | undefined {
  if (!text.includes(':')) return undefined;
  const [, name = '', value] = /^([\w-]+):\s*(\S.*)$/.exec(text) ?? [];
  return secretHeader.test(name) ? value : undefined;
}

/** The environment, which remembers the secrets that are taken out of it. */
export function noticingSecrets(
  env: Readonly<Record<string, string | undefined>>,
  found: Set<string>,
): Readonly<Record<string, string | undefined>> {
  return new Proxy(env, {
    get(target, name) {
      const value = typeof name === 'string' ? target[name] : undefined;
      if (value !== undefined) secretsIn(value, found, String(name));
      return value;
    },
  });
}

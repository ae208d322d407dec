import { secretsOfValue } from '../../base/secret-places.ts';

/** Takes the secrets that are found. */
export interface FoundSecrets {
  add(secret: string): void;
}

/** Adds every secret inside an entry or variables: by the name that it stands under, in addresses, in headers. */
export function secretsIn(value: unknown, found: FoundSecrets, name = ''): void {
  if (typeof value === 'string') {
    for (const secret of secretsOfValue(name, value)) found.add(secret);
  } else if (Array.isArray(value)) {
    for (const item of value) secretsIn(item, found, name);
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value) secretsIn((value as Record<string, unknown>)[key], found, key);
  }
}

/** The environment, which remembers the secrets that are taken out of it. */
export function noticingSecrets(
  env: Readonly<Record<string, string | undefined>>,
  found: FoundSecrets,
): Readonly<Record<string, string | undefined>> {
  return new Proxy(env, {
    get(target, name) {
      const value = typeof name === 'string' ? target[name] : undefined;
      if (value !== undefined) secretsIn(value, found, String(name));
      return value;
    },
  });
}

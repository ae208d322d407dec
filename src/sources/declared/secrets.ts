import { secretsOfValue } from '../../base/secret-places.ts';

/** A collector of secrets. */
export interface FoundSecrets {
  add(secret: string): void;
}

/** Adds every secret inside an entry or variables: by its name, in addresses, in headers. */
export function secretsIn(value: unknown, found: FoundSecrets, name = ''): void {
  if (typeof value === 'string') {
    for (const secret of secretsOfValue(name, value)) found.add(secret);
  } else if (Array.isArray(value)) {
    for (const item of value) secretsIn(item, found, name);
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value) secretsIn((value as Record<string, unknown>)[key], found, key);
  }
}

/** Returns the environment; secrets that are read from it are added to `found`. */
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

import { knownSecrets } from './known-secrets.ts';
import { publicNamesOf, secretsOfValue } from './secret-places.ts';

/** Adds the secrets and the public names in these variables to `knownSecrets`. */
export function learnEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value = ''] of Object.entries(env)) {
    knownSecrets.add(...secretsOfValue(name, value));
    knownSecrets.allow(...publicNamesOf(name, value));
  }
}

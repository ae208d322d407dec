import type { Json } from '../../check/json.ts';
import { at } from '../../check/json-path.ts';
import { DeclaredProblem } from './problem.ts';

export interface Scope {
  vars: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string | undefined>>;
  /** Gets every entry with its variables filled in, to learn its secrets. */
  learn?(entry: unknown): void;
}

/**
 * Fills in `${name}`, `${name.of.part}` and `${name:-default}`: first from the variables, then from the environment. A text
 * that is one variable and nothing else takes its type. `$${` is a literal `${`.
 */
export function fillIn(value: unknown, scope: Scope, path: readonly (string | number)[] = []): unknown {
  return mentionsVariable(value) ? filledIn(value, scope, path) : value;
}

function mentionsVariable(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${');
  if (Array.isArray(value)) return value.some(mentionsVariable);
  if (typeof value !== 'object' || value === null) return false;
  for (const key in value) {
    if (key.includes('${') || mentionsVariable((value as Record<string, unknown>)[key])) return true;
  }
  return false;
}

function filledIn(value: unknown, scope: Scope, path: readonly (string | number)[]): unknown {
  if (typeof value === 'string') return value.includes('${') ? fillText(value, scope, path) : value;
  if (Array.isArray(value)) return value.map((item, index) => filledIn(item, scope, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.includes('${') ? String(fillText(key, scope, path)) : key,
      filledIn(item, scope, [...path, key]),
    ]),
  );
}

const reference = /\$?\$\{([\w.-]+)(?::-([^}]*))?\}/g;

function fillText(text: string, scope: Scope, path: readonly (string | number)[]): unknown {
  const whole = new RegExp(`^${reference.source}$`).exec(text);
  if (whole && !text.startsWith('$$')) return lookUp(whole[1]!, whole[2], scope, path);
  return text.replace(reference, (match, name: string, fallback: string | undefined) => {
    if (match.startsWith('$$')) return match.slice(1);
    const found = lookUp(name, fallback, scope, path);
    return typeof found === 'object' ? JSON.stringify(found) : String(found);
  });
}

function lookUp(
  name: string,
  fallback: string | undefined,
  { vars, env }: Scope,
  path: readonly (string | number)[],
): unknown {
  const value = at(vars as Json, name) ?? env[name] ?? fallback;
  if (value === undefined)
    throw new DeclaredProblem(
      path,
      `there is no variable "${name}" (write \${${name}:-default} for a default)`,
    );
  return value;
}

import type { Json } from './json.ts';

/** Returns the value of a JSON text, or `undefined` if it is invalid. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Returns the value at a dotted path (`error.trace_id`, `items.0.id`); `undefined` if there is none. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let found: Json | undefined = value;
  for (const key of path.split('.')) {
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, Json>)[key];
  }
  return found;
}

/** Returns the value at the first of several dotted paths that has one; `undefined` if none has. */
export function firstAt(
  value: Json | undefined,
  paths: readonly string[],
): { path: string; value: Json } | undefined {
  for (const path of paths) {
    const found = at(value, path);
    if (found !== undefined && found !== null) return { path, value: found };
  }
  return undefined;
}

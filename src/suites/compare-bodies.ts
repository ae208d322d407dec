import type { Json } from '../check/json.ts';
import { parseJson } from '../check/json-path.ts';

/** Returns a body in JSON without the fields of these names, at any depth; any other body as it is. */
export function withoutFields(body: string, names: readonly string[]): string {
  if (names.length === 0) return body;
  const parsed = parseJson(body);
  if (typeof parsed !== 'object' || parsed === null) return body;
  return JSON.stringify(parsed, (name, value: Json) => (names.includes(name) ? undefined : value));
}

/** Returns where two texts begin to differ, with what is around it. */
export function firstDifference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const near = (text: string) => text.slice(Math.max(0, at - 20), at + 20);
  return `character ${at}: "${near(one)}" and "${near(other)}"`;
}

import type { Json } from '../check/json.ts';
import { fieldNames, nestedNames, nests, type Role } from './fields.ts';

export type Fields = { [key: string]: Json };

/** Returns the first value under a name of the role, at the top of the fields or one level down. */
export function pick(fields: Fields, role: Role): Json | undefined {
  for (const name of fieldNames[role]) {
    if (Object.hasOwn(fields, name) && isValue(fields[name], role)) return fields[name];
  }
  for (const nest of nests) {
    const inner = Object.hasOwn(fields, nest) ? fields[nest] : undefined;
    if (!isFields(inner)) continue;
    const nested = nestedNames[nest];
    for (const name of nested?.role === role ? nested.names : []) {
      if (Object.hasOwn(inner, name)) return inner[name];
    }
    for (const name of fieldNames[role]) {
      // `name` can be the name of a service, but also of a context or a user.
      if (name !== 'name' && Object.hasOwn(inner, name) && isValue(inner[name], role)) return inner[name];
    }
  }
  return undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isValue(value: unknown, role: Role): boolean {
  return (
    value !== null && value !== '' && (typeof value !== 'object' || role === 'time' || role === 'message')
  );
}

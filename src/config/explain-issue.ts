import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { configSchema } from './schema.ts';

/** A problem that the schema found, as sentences of ours: `verify.concurency is not known; did you mean …`. */
export interface SchemaProblem {
  path: string;
  message: string;
}

type Issue = z.core.$ZodIssue;
type Schema = z.core.JSONSchema.BaseSchema;

export function explainIssue(issue: Issue, base: readonly PropertyKey[] = []): SchemaProblem[] {
  const path = [...base, ...issue.path].map(String).join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: path === '' ? key : `${path}.${key}`,
        message: unknownKey(path, key),
      }));
    case 'invalid_type':
      // The issue itself does not hold the value.
      return [
        {
          path,
          message: issue.message.endsWith('undefined') ? 'is missing' : `is not ${article(issue.expected)}`,
        },
      ];
    case 'invalid_value':
      return [{ path, message: `is none of ${issue.values.map(String).join(', ')}` }];
    case 'too_small':
      return [{ path, message: issue.origin === 'string' ? 'is empty' : `is less than ${issue.minimum}` }];
    case 'too_big':
      return [{ path, message: `is more than ${issue.maximum}` }];
    case 'invalid_union':
      return explainUnion(issue, path);
    default:
      // Ours, from the schema; those of the library that remain do not repeat values either.
      return [{ path, message: issue.message }];
  }
}

/** The form that the person was most likely after: one whose outermost type fits; else all that are possible. */
function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, path: string): SchemaProblem[] {
  const mismatched = (branch: Issue[]) =>
    branch.find((one) => one.path.length === 0 && one.code === 'invalid_type');
  const fitting = issue.errors.filter((branch) => !mismatched(branch));
  if (fitting.length === 1)
    return (fitting[0] as Issue[]).flatMap((one) => explainIssue(one, path.split('.')));
  if (fitting.length > 1) {
    const forms = keySets(schemaAt(path)).map((keys) => `{ ${keys.join(', ')} }`);
    return [{ path, message: `has none of the forms ${forms.join(' and ')}` }];
  }
  const types = issue.errors.map((branch) => {
    const found = mismatched(branch);
    return found?.code === 'invalid_type' ? article(found.expected) : 'something else';
  });
  return [{ path, message: `is neither ${types.join(' nor ')}` }];
}

function unknownKey(path: string, key: string): string {
  const here = keySets(schemaAt(path)).flat();
  const near = nearest(key, here);
  if (near) return `is not known; did you mean "${near}"?`;
  const elsewhere = allPaths(rootSchema()).filter((candidate) => candidate.split('.').at(-1) === key);
  if (elsewhere.length > 0) return `is not known here; there is ${elsewhere.join(' and ')}`;
  return `is not known; known ${path === '' ? 'at the top' : 'here'}: ${here.join(', ')}`;
}

function article(type: string): string {
  const names: Record<string, string> = { array: 'a list', record: 'an object', int: 'a whole number' };
  return names[type] ?? `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

let cached: Schema | undefined;
function rootSchema(): Schema {
  cached ??= z.toJSONSchema(configSchema, { io: 'input' });
  return cached;
}

function schemaAt(path: string): Schema | undefined {
  let at: Schema | undefined = rootSchema();
  for (const key of path === '' ? [] : path.split('.')) at = at?.properties?.[key] as Schema | undefined;
  return at;
}

function keySets(schema: Schema | undefined): string[][] {
  return [schema, ...((schema?.anyOf ?? []) as Schema[])].flatMap((one) =>
    one?.properties ? [Object.keys(one.properties)] : [],
  );
}

function allPaths(schema: Schema, prefix = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => [
    `${prefix}${key}`,
    ...allPaths(child as Schema, `${prefix}${key}.`),
  ]);
}

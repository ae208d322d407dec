import * as v from 'valibot';

/**
 * The library of schemas, with our words: each message completes the sentence "<path> …", and none repeats the value,
 * which may be a secret.
 */
v.setGlobalMessage(({ type, input, expected, requirement }) => {
  if (input === undefined) return 'is missing';
  switch (type) {
    case 'picklist':
      return `is none of ${choices(expected).join(', ')}`;
    case 'union':
      return `is neither ${choices(expected).map(article).join(' nor ')}`;
    case 'integer':
      return 'is not a whole number';
    case 'finite':
      return 'is not finite';
    case 'min_length':
      return requirement === 1 ? 'is empty' : `has fewer than ${requirement} items`;
    case 'min_value':
      return `is less than ${requirement}`;
    case 'max_value':
      return `is more than ${requirement}`;
    default:
      return `is not ${article(expected ?? type)}`;
  }
});

export * as v from 'valibot';

/** With what it means, for the published JSON Schemas and for people. */
export function described<Schema extends v.GenericSchema>(schema: Schema, description: string) {
  return v.pipe(schema, v.description(description));
}

/** A number within these bounds, where there are any; neither NaN nor infinite. */
export function number(min?: number, max?: number) {
  return bounded(v.pipe(v.number(), v.finite()), min, max);
}

/** A whole number within these bounds, where there are any. */
export function integer(min?: number, max?: number) {
  return bounded(v.pipe(v.number(), v.integer()), min, max);
}

function bounded<Schema extends v.GenericSchema<number>>(schema: Schema, min?: number, max?: number) {
  const above = min === undefined ? schema : v.pipe(schema, v.minValue(min));
  return max === undefined ? above : v.pipe(above, v.maxValue(max));
}

/** What a strict map says of a key that it does not have. */
export const unknownKey = 'is not known';

/**
 * A map with these entries and no others. Unlike the library's `strictObject`, it names every key that is not known, and
 * a list is no map.
 */
export function strictMap<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.StrictObjectSchema<Entries, undefined> {
  return running(v.strictObject(entries), (given, run) => {
    if (!isMap(given)) return run(noMap);
    const known: Record<string, unknown> = {};
    const strange: string[] = [];
    for (const key of Object.keys(given)) {
      if (Object.hasOwn(entries, key)) known[key] = given[key];
      else strange.push(key);
    }
    const result = run(known);
    if (strange.length === 0) return result;
    const issues = strange.map((key) => strangeKey(given, key));
    return { ...result, typed: false, issues: [...(result.issues ?? []), ...issues] };
  });
}

/** A map of any keys to values of one kind; a list is none. */
export function mapOf<Value extends v.GenericSchema>(
  value: Value,
): v.RecordSchema<v.StringSchema<undefined>, Value, undefined> {
  return running(v.record(v.string(), value), (given, run) => run(isMap(given) ? given : noMap));
}

/** What the library calls no map either, for what it would take for one, and for what must not be repeated. */
const noMap = 'something else';

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Judged = { typed: boolean; value: unknown; issues?: v.BaseIssue<unknown>[] | undefined };

/** The fresh `schema`, with another way to judge; `run` is its own. */
function running<Schema extends v.GenericSchema>(
  schema: Schema,
  judge: (given: unknown, run: (value: unknown) => Judged) => Judged,
): Schema {
  const own = schema['~run'];
  return Object.assign(schema, {
    '~run': ({ value }: { value: unknown }, config: v.Config<v.BaseIssue<unknown>>) =>
      judge(value, (other) => own.call(schema, { value: other }, config) as Judged),
  });
}

function strangeKey(input: object, key: string): v.BaseIssue<unknown> {
  const value: unknown = (input as Record<string, unknown>)[key];
  return {
    kind: 'schema',
    type: 'strict_object',
    input: key,
    expected: 'never',
    received: `"${key}"`,
    message: unknownKey,
    path: [{ type: 'object', origin: 'key', input: input as Record<string, unknown>, key, value }],
  };
}

/** `("a" | "b")` → a, b. */
function choices(expected: string | null): string[] {
  return (expected ?? '')
    .replace(/^\(|\)$/g, '')
    .split(' | ')
    .map((choice) => choice.replace(/^"|"$/g, ''));
}

const names: Record<string, string> = {
  Array: 'a list',
  Object: 'an object',
  boolean: 'true or false',
};

function article(type: string): string {
  return names[type] ?? (/^[a-z]/.test(type) ? `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}` : type);
}

import * as v from 'valibot';
import { isPlainObject } from './plain-object.ts';

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
      return `is ${choices(expected).length > 1 ? 'neither' : 'not'} ${choices(expected).map(article).join(' nor ')}`;
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

/** The library of schemas, [valibot](https://valibot.dev), with messages that name no value. */
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
 * a list or an instance of a class is no map.
 */
export function strictMap<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.StrictObjectSchema<Entries, undefined> {
  const known = v.object(entries);
  return ofMaps(v.strictObject(entries), (given, config) => {
    const [sound, strange] = parted(given, (key) => Object.hasOwn(entries, key));
    return refused(known['~run']({ value: sound }, config), given, strange, unknownKey);
  });
}

/** A map of any keys to values of one kind. The library's `record` would take a list, and drop `constructor`. */
export function mapOf<Value extends v.GenericSchema>(
  value: Value,
): v.RecordSchema<v.StringSchema<undefined>, Value, undefined> {
  return ofMaps(v.record(v.string(), value), (given, config) => {
    const [sound, strange] = parted(given, (key) => key !== '__proto__');
    const known = v.object(Object.fromEntries(Object.keys(sound).map((key) => [key, value])));
    return refused(known['~run']({ value: sound }, config), given, strange, 'is not allowed as a name');
  });
}

/** The schema of a setting that may be left out. */
export function required(schema: v.GenericSchema): v.GenericSchema {
  return 'wrapped' in schema ? required(schema.wrapped as v.GenericSchema) : schema;
}

/** The entries of a map with names of its own, also of one that may be left out; else none. */
export function entriesOf(schema: v.GenericSchema): Readonly<Record<string, v.GenericSchema>> {
  const map = required(schema);
  return 'entries' in map ? (map.entries as Record<string, v.GenericSchema>) : {};
}

type Judged = v.OutputDataset<unknown, v.BaseIssue<unknown>>;
type JudgeConfig = v.Config<v.BaseIssue<unknown>>;

/** The fresh `schema` of maps, with another way to judge them. A list is a map to the library, which is told of a text instead. */
function ofMaps<Schema extends v.GenericSchema>(
  schema: Schema,
  judge: (given: Record<string, unknown>, config: JudgeConfig) => Judged,
): Schema {
  const own = schema['~run'].bind(schema);
  return Object.assign(schema, {
    '~run': ({ value }: { value: unknown }, config: JudgeConfig): Judged =>
      isPlainObject(value)
        ? judge(value, config)
        : own({ value: value === undefined ? value : 'no map' }, config),
  });
}

const noKeys: readonly string[] = [];

function parted(
  map: Record<string, unknown>,
  isSound: (key: string) => boolean,
): [sound: Record<string, unknown>, strange: readonly string[]] {
  const keys = Object.keys(map);
  if (keys.every(isSound)) return [map, noKeys];
  const sound: Record<string, unknown> = {};
  for (const key of keys) if (isSound(key)) sound[key] = map[key];
  return [sound, keys.filter((key) => !isSound(key))];
}

/** What was judged, with a problem for each of these keys. */
function refused(
  judged: Judged,
  input: Record<string, unknown>,
  keys: readonly string[],
  message: string,
): Judged {
  if (keys.length === 0) return judged;
  const problems = keys.map(
    (key): v.BaseIssue<unknown> => ({
      kind: 'schema',
      type: 'strict_object',
      input: key,
      expected: 'never',
      received: `"${key}"`,
      message,
      path: [{ type: 'object', origin: 'key', input, key, value: input[key] }],
    }),
  );
  const [first, ...others] = [...(judged.issues ?? []), ...problems];
  return first ? { typed: false, value: judged.value, issues: [first, ...others] } : judged;
}

/** `(("a" | "b") | string)` → a, b, string. */
function choices(expected: string | null): string[] {
  return (expected ?? '').split(' | ').map((choice) => choice.replace(/^\(*"?|"?\)*$/g, ''));
}

const names: Record<string, string> = {
  Array: 'a list',
  Object: 'an object',
  boolean: 'true or false',
};

function article(type: string): string {
  return names[type] ?? (/^[a-z]/.test(type) ? `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}` : type);
}

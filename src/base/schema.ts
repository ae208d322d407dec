import * as v from 'valibot';
import { nearest } from './nearest.ts';
import { isPlainObject } from './plain-object.ts';

/**
 * Messages of valibot: each completes the sentence "<path> …". None repeats the value, which may be a secret.
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

/** Adds a description, for the published JSON Schemas and the help. */
export function described<Schema extends v.GenericSchema>(schema: Schema, description: string): Schema {
  // Its type with the description would be most of the published types.
  return v.pipe(schema, v.description(description)) as unknown as Schema;
}

/** Returns the schema of a finite number within optional bounds. */
export function number(min?: number, max?: number): v.GenericSchema<number> {
  return bounded(v.pipe(v.number(), v.finite()), min, max);
}

/** Returns the schema of an integer within optional bounds. */
export function integer(min?: number, max?: number): v.GenericSchema<number> {
  return bounded(v.pipe(v.number(), v.integer()), min, max);
}

function bounded<Schema extends v.GenericSchema<number>>(schema: Schema, min?: number, max?: number) {
  const above = min === undefined ? schema : v.pipe(schema, v.minValue(min));
  return max === undefined ? above : v.pipe(above, v.maxValue(max));
}

/** Message for an unknown key of a strict map. */
export const unknownKey = 'is not known';

/**
 * Returns the schema of an object with exactly these entries. Unlike `strictObject` of valibot, it reports every unknown
 * key and rejects lists and instances of a class.
 */
export function strictMap<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.StrictObjectSchema<Entries, undefined> {
  const known = v.object(entries);
  return replaceValidation(v.strictObject(entries), (given, config) => {
    const [knownKeys, unknownKeys] = partition(given, (key) => Object.hasOwn(entries, key));
    return withIssues(known['~run']({ value: knownKeys }, config), given, unknownKeys, unknownKey);
  });
}

/** Returns the schema of an object with any keys and values of one schema. `record` would accept a list and drop `constructor`. */
export function mapOf<Value extends v.GenericSchema>(
  value: Value,
): v.RecordSchema<v.StringSchema<undefined>, Value, undefined> {
  return replaceValidation(v.record(v.string(), value), (given, config) => {
    const [knownKeys, unknownKeys] = partition(given, (key) => key !== '__proto__');
    const known = v.object(Object.fromEntries(Object.keys(knownKeys).map((key) => [key, value])));
    return withIssues(
      known['~run']({ value: knownKeys }, config),
      given,
      unknownKeys,
      'is not allowed as a name',
    );
  });
}

/** Returns the schema of an object with these entries and any further keys, each with a value of `rest`. */
export function openMap<const Entries extends v.ObjectEntries, Rest extends v.GenericSchema>(
  entries: Entries,
  rest: Rest,
): v.ObjectWithRestSchema<Entries, Rest, undefined> {
  return replaceValidation(v.objectWithRest(entries, rest), (given, config) => {
    const [keys, unsound] = partition(given, (key) => key !== '__proto__');
    const others = Object.keys(keys).filter((key) => !Object.hasOwn(entries, key));
    const known = v.object({ ...entries, ...Object.fromEntries(others.map((key) => [key, rest])) });
    return withIssues(known['~run']({ value: keys }, config), given, unsound, 'is not allowed as a name');
  });
}

/** Returns the schema of an object that is judged by the option that its `key` names. Options may be added later. */
export function choiceBy(key: string, options: Readonly<Record<string, v.GenericSchema>>): v.GenericSchema {
  const schema = {
    ...v.variant(key, []),
    get options() {
      return Object.values(options);
    },
  } as unknown as v.GenericSchema;
  return replaceValidation(schema, (given, config) => {
    const choice = Object.hasOwn(given, key) ? given[key] : undefined;
    if (typeof choice === 'string' && Object.hasOwn(options, choice))
      return (options[choice] as v.GenericSchema)['~run']({ value: given }, config);
    const names = Object.keys(options);
    const near = typeof choice === 'string' ? nearest(choice, names) : undefined;
    const message =
      choice === undefined
        ? `is missing: one of ${names.join(', ')}`
        : `is none of ${names.join(', ')}${near ? `; did you mean "${near}"?` : ''}`;
    return withIssues({ typed: false, value: given } as never, given, [key], message);
  });
}

/** Returns the schema of the value of one key in an object that `value` fits, or of an item of a list; unknown keys have the schema `unknown`. */
export function schemaOfKey(schema: v.GenericSchema, key: string, value: unknown): v.GenericSchema {
  const map = chosen(schema, value);
  const entries = entriesOf(map);
  if (Object.hasOwn(entries, key)) return entries[key] as v.GenericSchema;
  if ('rest' in map) return map.rest as v.GenericSchema;
  if ('item' in map) return map.item as v.GenericSchema;
  return v.unknown();
}

/** Returns the option of a choice that `value` names; another schema as it is, without its optional wrapper. */
export function chosen(schema: v.GenericSchema, value: unknown): v.GenericSchema {
  const map = required(schema);
  if (map.type !== 'variant' || !isPlainObject(value)) return map;
  const { key, options } = map as unknown as { key: string; options: v.GenericSchema[] };
  const isChosen = (option: v.GenericSchema) => {
    const literal = entriesOf(option)[key] as { literal?: unknown } | undefined;
    return literal?.literal === value[key];
  };
  return options.find(isChosen) ?? map;
}

/** Returns the schema without its optional and default wrappers. */
export function required(schema: v.GenericSchema): v.GenericSchema {
  return 'wrapped' in schema ? required(schema.wrapped as v.GenericSchema) : schema;
}

/** Returns the entries of an object schema, also of an optional one; else an empty object. */
export function entriesOf(schema: v.GenericSchema): Readonly<Record<string, v.GenericSchema>> {
  const map = required(schema);
  return 'entries' in map ? (map.entries as Record<string, v.GenericSchema>) : {};
}

type Validated = v.OutputDataset<unknown, v.BaseIssue<unknown>>;
type ValidationConfig = v.Config<v.BaseIssue<unknown>>;

/** Replaces the validation of plain objects in a new schema. Other values, lists included, fail as a string would. */
function replaceValidation<Schema extends v.GenericSchema>(
  schema: Schema,
  validate: (given: Record<string, unknown>, config: ValidationConfig) => Validated,
): Schema {
  const own = schema['~run'].bind(schema);
  return Object.assign(schema, {
    '~run': ({ value }: { value: unknown }, config: ValidationConfig): Validated =>
      isPlainObject(value)
        ? validate(value, config)
        : own({ value: value === undefined ? value : 'no map' }, config),
  });
}

const noKeys: readonly string[] = [];

function partition(
  map: Record<string, unknown>,
  isKnown: (key: string) => boolean,
): [knownKeys: Record<string, unknown>, unknownKeys: readonly string[]] {
  const keys = Object.keys(map);
  if (keys.every(isKnown)) return [map, noKeys];
  const known: Record<string, unknown> = {};
  for (const key of keys) if (isKnown(key)) known[key] = map[key];
  return [known, keys.filter((key) => !isKnown(key))];
}

/** Returns the result with an issue for each of these keys. */
function withIssues(
  result: Validated,
  input: Record<string, unknown>,
  keys: readonly string[],
  message: string,
): Validated {
  if (keys.length === 0) return result;
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
  const [first, ...others] = [...(result.issues ?? []), ...problems];
  return first ? { typed: false, value: result.value, issues: [first, ...others] } : result;
}

/** Splits `(("a" | "b") | string)` into a, b, string. */
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

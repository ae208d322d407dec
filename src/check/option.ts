import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A configurable option of a check: `options.<id>.<name>` in the configuration. */
export interface CheckOption<Value = unknown> {
  /** The schema of its values: of valibot, zod or any library of https://standardschema.dev; it must be synchronous. */
  schema: StandardSchemaV1<unknown, Value>;
  /** Default value, not validated by the schema. */
  default: Value;
  description: string;
}

// biome-ignore-start lint/suspicious/noExplicitAny: a check's options are read by names that only its own file knows
/** The options of a check by name. */
export type CheckOptions = Readonly<Record<string, CheckOption<any>>>;
// biome-ignore-end lint/suspicious/noExplicitAny: a check's options are read by names that only its own file knows

/** The values of options, by name. */
export type OptionValues<Options extends CheckOptions> = {
  [Name in keyof Options]: Options[Name] extends CheckOption<infer Value> ? Value : never;
};

/**
 * Returns an option of a check.
 *
 * @example
 * options: { path: option(v.string(), '/songs', 'Path of the list of songs') }
 */
export function option<Value>(
  schema: StandardSchemaV1<unknown, Value>,
  fallback: NoInfer<Value>,
  description: string,
): CheckOption<Value> {
  return { schema, default: fallback, description };
}

/** A problem of the value of an option; the message completes the sentence "<name> …". */
export interface OptionProblem {
  name: string;
  /** Inside the value: `['0', 'name']`. */
  path: string[];
  message: string;
}

/** Returns the value of every option: the given one, or its default. Throws a `TypeError` where a schema is asynchronous. */
export function optionValues(
  options: CheckOptions,
  given: Readonly<Record<string, unknown>>,
): { values: Record<string, unknown>; problems: OptionProblem[] } {
  const values: Record<string, unknown> = {};
  const problems: OptionProblem[] = [];
  for (const [name, { schema, default: fallback }] of Object.entries(options)) {
    values[name] = fallback;
    if (given[name] === undefined) continue;
    const judged = schema['~standard'].validate(given[name]);
    if (judged instanceof Promise) throw new TypeError(`the schema of the option ${name} is asynchronous`);
    if (!judged.issues) values[name] = judged.value;
    else problems.push(...judged.issues.map((issue) => ({ name, ...problemOf(issue) })));
  }
  return { values, problems };
}

function problemOf({ path = [], message }: StandardSchemaV1.Issue): Omit<OptionProblem, 'name'> {
  return { path: path.map((step) => String(typeof step === 'object' ? step.key : step)), message };
}

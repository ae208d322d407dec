import type { StandardSchemaV1 } from '@standard-schema/spec';

/** One thing that a check can be told. */
export interface CheckOption<Value = unknown> {
  /** What values fit: of valibot, zod or any library of https://standardschema.dev; it must not be asynchronous. */
  schema: StandardSchemaV1<unknown, Value>;
  /** What it is when nobody says. Taken as it stands, without the schema. */
  default: Value;
  description: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a check's options are read by names that only its own file knows
export type CheckOptions = Readonly<Record<string, CheckOption<any>>>;

/** The values that `run` is handed. */
export type OptionValues<Options extends CheckOptions> = {
  [Name in keyof Options]: Options[Name] extends CheckOption<infer Value> ? Value : never;
};

/** An option of a check: what fits, what it is when nobody says, and what it means. */
export function option<Value>(
  schema: StandardSchemaV1<unknown, Value>,
  fallback: NoInfer<Value>,
  description: string,
): CheckOption<Value> {
  return { schema, default: fallback, description };
}

/** What is wrong with the value of an option; the message completes the sentence "<name> …". */
export interface OptionProblem {
  name: string;
  /** Inside the value: `['0', 'name']`. */
  path: string[];
  message: string;
}

/** Every option with what is given for it, or its default. Throws a `TypeError` where a schema is asynchronous. */
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

import { nearest } from '../base/nearest.ts';
import { isPlainObject } from '../base/plain-object.ts';
import { chosen, entriesOf, schemaOfKey, unknownKey, v } from '../base/schema.ts';
import { problemsOfServices } from '../services/problems.ts';
import { type Config, configSchema } from './schema.ts';

/** A problem that the schema found; the message completes the sentence "<path> …". */
export interface SchemaProblem {
  path: string;
  message: string;
}

type Issue = v.BaseIssue<unknown>;
type Path = readonly string[];

/** The configuration that the settings make, or everything that is wrong with them. */
export function judgeSettings(
  settings: unknown,
): { config: Config } | { config?: never; problems: SchemaProblem[] } {
  const { success, output, issues = [] } = v.safeParse(configSchema, settings, { abortPipeEarly: true });
  const ofServices = problemsOfServices(settings);
  if (success && ofServices.length === 0) return { config: output };
  // What is known of the services as a whole explains what their schemas refuse there.
  const isExplained = ({ path: at }: SchemaProblem) =>
    ofServices.some(({ path }) => at === path || at.startsWith(`${path}.`));
  const problems = issues.flatMap((issue) => explain(issue, settings)).filter((each) => !isExplained(each));
  return { problems: [...problems, ...ofServices] };
}

function explain(issue: Issue, settings: unknown, base: Path = []): SchemaProblem[] {
  const path = [...base, ...(issue.path ?? []).map(({ key }) => String(key))];
  if (issue.type === 'union') return explainUnion(issue, settings, path);
  const message = issue.message === unknownKey ? explainUnknown(settings, path) : issue.message;
  return [{ path: path.join('.'), message }];
}

/** As the form that the person was after: of those that fit from outside, the one with the fewest problems. */
function explainUnion({ input, message }: Issue, settings: unknown, path: Path): SchemaProblem[] {
  const fitting = formsAt(settings, path)
    .map((form) => ({ form, issues: v.safeParse(form, input, { abortPipeEarly: true }).issues ?? [] }))
    .filter(({ issues }) => issues.every((issue) => issue.path))
    .toSorted((a, b) => a.issues.length - b.issues.length);
  const [best, next] = fitting;
  if (!best) return [{ path: path.join('.'), message }];
  if (!next || next.issues.length > best.issues.length) {
    return best.issues.flatMap((issue) => explain(issue, settings, path));
  }
  const forms = fitting.map(({ form }) => `{ ${Object.keys(entriesOf(form)).join(', ')} }`);
  return [{ path: path.join('.'), message: `has none of the forms ${forms.join(' and ')}` }];
}

function explainUnknown(settings: unknown, path: Path): string {
  const key = path.at(-1) as string;
  const here = formsAt(settings, path.slice(0, -1)).flatMap((form) => Object.keys(entriesOf(form)));
  const near = nearest(key, here);
  if (near) return `${unknownKey}; did you mean "${near}"?`;
  const elsewhere = pathsOf(configSchema).filter((other) => other.split('.').at(-1) === key);
  if (elsewhere.length > 0) return `${unknownKey} here; there is ${elsewhere.join(' and ')}`;
  return `${unknownKey}; known ${path.length === 1 ? 'at the top' : 'here'}: ${here.join(', ')}`;
}

/** The schema at the path, or those that it is a union of. */
function formsAt(settings: unknown, path: Path): readonly v.GenericSchema[] {
  let schema: v.GenericSchema = configSchema;
  let value = settings;
  for (const key of path) {
    const forms =
      schema.type === 'union' && 'options' in schema ? (schema.options as v.GenericSchema[]) : [schema];
    schema = schemaOfKey(forms.find((form) => Object.hasOwn(entriesOf(form), key)) ?? schema, key, value);
    value =
      isPlainObject(value) || Array.isArray(value) ? (value as Record<string, unknown>)[key] : undefined;
  }
  schema = chosen(schema, value);
  return schema.type === 'union' && 'options' in schema ? (schema.options as v.GenericSchema[]) : [schema];
}

function pathsOf(schema: v.GenericSchema, prefix = ''): string[] {
  return Object.entries(entriesOf(schema)).flatMap(([key, child]) => [
    `${prefix}${key}`,
    ...pathsOf(child, `${prefix}${key}.`),
  ]);
}

import { nearest } from '../base/nearest.ts';
import { entriesOf, required, unknownKey, v } from '../base/schema.ts';
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
  const { success, output, issues } = v.safeParse(configSchema, settings, { abortPipeEarly: true });
  if (success) return { config: output };
  return { problems: issues.flatMap((issue) => explain(issue)) };
}

function explain(issue: Issue, base: Path = []): SchemaProblem[] {
  const path = [...base, ...(issue.path ?? []).map(({ key }) => String(key))];
  if (issue.type === 'union') return explainUnion(issue, path);
  const message = issue.message === unknownKey ? explainUnknown(path) : issue.message;
  return [{ path: path.join('.'), message }];
}

/** As the form that the person was after: of those that fit from outside, the one with the fewest problems. */
function explainUnion({ input, message }: Issue, path: Path): SchemaProblem[] {
  const fitting = formsAt(path)
    .map((form) => ({ form, issues: v.safeParse(form, input, { abortPipeEarly: true }).issues ?? [] }))
    .filter(({ issues }) => issues.every((issue) => issue.path))
    .toSorted((a, b) => a.issues.length - b.issues.length);
  const [best, next] = fitting;
  if (!best) return [{ path: path.join('.'), message }];
  if (!next || next.issues.length > best.issues.length) {
    return best.issues.flatMap((issue) => explain(issue, path));
  }
  const forms = fitting.map(({ form }) => `{ ${Object.keys(entriesOf(form)).join(', ')} }`);
  return [{ path: path.join('.'), message: `has none of the forms ${forms.join(' and ')}` }];
}

function explainUnknown(path: Path): string {
  const key = path.at(-1) as string;
  const here = formsAt(path.slice(0, -1)).flatMap((form) => Object.keys(entriesOf(form)));
  const near = nearest(key, here);
  if (near) return `${unknownKey}; did you mean "${near}"?`;
  const elsewhere = pathsOf(configSchema).filter((other) => other.split('.').at(-1) === key);
  if (elsewhere.length > 0) return `${unknownKey} here; there is ${elsewhere.join(' and ')}`;
  return `${unknownKey}; known ${path.length === 1 ? 'at the top' : 'here'}: ${here.join(', ')}`;
}

function schemaAt(path: Path): v.GenericSchema {
  return path.reduce<v.GenericSchema>((at, key) => entriesOf(at)[key] ?? v.unknown(), configSchema);
}

/** The schema at the path, or those that it is a union of. */
function formsAt(path: Path): readonly v.GenericSchema[] {
  const schema = required(schemaAt(path));
  return schema.type === 'union' && 'options' in schema ? (schema.options as v.GenericSchema[]) : [schema];
}

function pathsOf(schema: v.GenericSchema, prefix = ''): string[] {
  return Object.entries(entriesOf(schema)).flatMap(([key, child]) => [
    `${prefix}${key}`,
    ...pathsOf(child, `${prefix}${key}.`),
  ]);
}

import { RE2JS } from 're2js';
import { goRegExp } from './go-regexp.ts';

type JsonQuery = (value: unknown) => unknown;

type Step =
  | { kind: 'key'; name: string; wild: boolean }
  | { kind: 'all' }
  | { kind: 'query'; find: JsonQuery; operator: string; wanted: string; every: boolean };

export const nothing = Symbol('nothing');

/**
 * A path into JSON in gjson's syntax: `a.b`, `list.0`, `list.#`, `list.#.name`, `list.#(name=="x").id`, `list.#(n>1)#`, `a*`,
 * `@this`; what follows `|` is applied to a list as a whole. Other modifiers, multipaths and queries in queries are refused
 * when the path is compiled.
 */
export function compileJsonQuery(path: string): JsonQuery {
  const parts = parse(path);
  return (value) => parts.reduce<unknown>((found, steps) => follow(found, steps), value);
}

/** Returns the steps of each part between pipes. */
function parse(path: string): Step[][] {
  let steps: Step[] = [];
  const parts = [steps];
  let rest = path;
  while (rest !== '') {
    const raw = firstStep(rest);
    if (raw !== '@this') steps.push(stepOf(raw));
    if (rest[raw.length] === '|') {
      steps = [];
      parts.push(steps);
    }
    rest = rest.slice(raw.length + 1);
  }
  return parts;
}

function firstStep(path: string): string {
  const isQuery = path.startsWith('#(');
  const pattern = isQuery ? /^#\((?:"(?:\\.|[^"\\])*"|[^")])*\)#?(?=[.|]|$)/ : /^(?:\\.|[^.|\\])*/;
  const [step] = pattern.exec(path) ?? [];
  if (step === undefined)
    throw new SyntaxError(`${path} is not a query: a parenthesis is not closed, or another query is in it`);
  return step;
}

function stepOf(raw: string): Step {
  if (raw === '#') return { kind: 'all' };
  if (raw.startsWith('#(')) return queryOf(raw);
  if (raw.startsWith('@')) throw new SyntaxError(`the modifier ${raw} is not supported`);
  if (/^[[{]/.test(raw)) throw new SyntaxError(`the multipath ${raw} is not supported`);
  return { kind: 'key', name: raw.replace(/\\(.)/g, '$1'), wild: /(^|[^\\])[*?]/.test(raw) };
}

function queryOf(raw: string): Step {
  const every = raw.endsWith('#');
  const [, left = '', operator, right = ''] =
    /^\s*([^=!<>%]*?)\s*(==|!=|<=|>=|!%|[<>=%])\s*(.*?)\s*$/.exec(raw.slice(2, every ? -2 : -1)) ?? [];
  if (operator === undefined) throw new SyntaxError(`the query ${raw} has no comparison`);
  if (right.startsWith('~')) throw new SyntaxError(`the value ${right} is not supported`);
  return { kind: 'query', find: compileJsonQuery(left), operator, wanted: literal(right), every };
}

/** Returns a value without its quotes. */
function literal(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}

function follow(value: unknown, steps: readonly Step[]): unknown {
  const [step, ...rest] = steps;
  if (!step) return value;
  if (step.kind === 'key') {
    for (const each of valuesAt(value, step)) {
      const found = follow(each, rest);
      if (found !== nothing) return found;
    }
    return nothing;
  }
  if (!Array.isArray(value)) return nothing;
  if (step.kind === 'all') return rest.length === 0 ? value.length : followEach(value, rest);
  const hits = value.filter((item) => meets(step.find(item), step.operator, step.wanted));
  if (step.every) return followEach(hits, rest);
  return hits.length === 0 ? nothing : follow(hits[0], rest);
}

function followEach(list: readonly unknown[], steps: readonly Step[]): unknown[] {
  return list.map((item) => follow(item, steps)).filter((found) => found !== nothing);
}

function valuesAt(value: unknown, { name, wild }: Extract<Step, { kind: 'key' }>): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!wild) return Object.hasOwn(value, name) ? [(value as Record<string, unknown>)[name]] : [];
  const pattern = glob(name);
  return Object.entries(value).flatMap(([key, each]) => (pattern.test(key) ? [each] : []));
}

/** Compares in the type of what was found, as gjson does: null, lists and maps meet no comparison, not even `!=`. */
function meets(found: unknown, operator: string, wanted: string): boolean {
  if (operator.endsWith('%'))
    return typeof found === 'string' && glob(wanted).test(found) === (operator === '%');
  if (typeof found === 'number') return compare(found, operator, Number(wanted));
  const isScalar = typeof found === 'string' || typeof found === 'boolean';
  return isScalar && compare(String(found), operator, wanted);
}

function compare<Value extends number | string>(left: Value, operator: string, right: Value): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '!=':
      return left !== right;
    default:
      return left === right;
  }
}

/** `*` and `?` as gjson has them; in linear time, as the text comes from a service. */
function glob(pattern: string): ReturnType<typeof goRegExp> {
  const parts = [...pattern].map((each) => (each === '*' ? '.*' : each === '?' ? '.' : RE2JS.quote(each)));
  return goRegExp(`(?s)^${parts.join('')}$`);
}

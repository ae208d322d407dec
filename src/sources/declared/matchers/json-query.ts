import { isDeepStrictEqual } from 'node:util';
import { RE2JS } from 're2js';
import { goRegExp } from './go-regexp.ts';

type Step =
  | { kind: 'key'; name: string; wild: boolean }
  | { kind: 'all' }
  | { kind: 'query'; path: string; operator: string; value: unknown; every: boolean };

export const nothing = Symbol('nothing');

/**
 * A path into JSON in gjson's syntax: `a.b`, `list.0`, `list.#`, `list.#.name`, `list.#(name=="x").id`, `list.#(n>1)#`, `a*`,
 * `@this`. Other modifiers are refused when the path is compiled.
 */
export function compileJsonQuery(path: string): (value: unknown) => unknown {
  const steps = parse(path);
  return (value) => follow(value, steps, 0);
}

function parse(path: string): Step[] {
  const steps: Step[] = [];
  let rest = path;
  while (rest !== '') {
    if (rest.startsWith('#(')) {
      const end = closing(rest);
      const [, left = '', operator = '', right = ''] =
        /^\s*([^=!<>%]*?)\s*(==|!=|<=|>=|!%|[<>=%])\s*(.*?)\s*$/.exec(rest.slice(2, end)) ?? [];
      if (operator === '') throw new SyntaxError(`the query ${rest.slice(0, end + 1)} has no comparison`);
      const every = rest[end + 1] === '#';
      steps.push({ kind: 'query', path: left, operator, value: literal(right), every });
      rest = rest.slice(end + (every ? 2 : 1)).replace(/^[.|]/, '');
      continue;
    }
    const match = /^((?:\\.|[^.|\\])*)[.|]?/.exec(rest)!;
    const raw = match[1]!;
    if (raw === '#') steps.push({ kind: 'all' });
    else if (raw.startsWith('@')) {
      if (raw !== '@this') throw new SyntaxError(`the modifier ${raw} is not supported`);
    } else {
      const name = raw.replace(/\\(.)/g, '$1');
      steps.push({ kind: 'key', name, wild: /(^|[^\\])[*?]/.test(raw) });
    }
    rest = rest.slice(match[0].length);
  }
  return steps;
}

function closing(text: string): number {
  let quoted = false;
  for (let index = 2; index < text.length; index++) {
    if (text[index] === '"' && text[index - 1] !== '\\') quoted = !quoted;
    if (text[index] === ')' && !quoted) return index;
  }
  throw new SyntaxError('a query is not closed: )');
}

function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function follow(value: unknown, steps: Step[], from: number): unknown {
  const step = steps[from];
  if (!step) return value;
  if (step.kind === 'all') {
    if (!Array.isArray(value)) return nothing;
    if (from === steps.length - 1) return value.length;
    return value.map((item) => follow(item, steps, from + 1)).filter((item) => item !== nothing);
  }
  if (step.kind === 'query') {
    if (!Array.isArray(value)) return nothing;
    const path = parse(step.path);
    const hits = value.filter((item) => compare(follow(item, path, 0), step.operator, step.value));
    if (step.every) {
      const rest = steps.slice(from + 1);
      if (rest.length > 0 && rest[0]?.kind === 'all') return follow(hits, steps, from + 1);
      return rest.length === 0
        ? hits
        : hits.map((item) => follow(item, rest, 0)).filter((item) => item !== nothing);
    }
    return hits.length === 0 ? nothing : follow(hits[0], steps, from + 1);
  }
  if (typeof value !== 'object' || value === null) return nothing;
  const key = step.wild ? Object.keys(value).find((name) => glob(step.name).test(name)) : step.name;
  if (key === undefined || !Object.hasOwn(value, key)) return nothing;
  return follow((value as Record<string, unknown>)[key], steps, from + 1);
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  if (left === nothing) return false;
  switch (operator) {
    case '=':
    case '==':
      return isDeepStrictEqual(left, right);
    case '!=':
      return !isDeepStrictEqual(left, right);
    case '%':
      return glob(String(right)).test(String(left));
    case '!%':
      return !glob(String(right)).test(String(left));
    default: {
      if (typeof left !== typeof right) return false;
      const [a, b] = [left as number, right as number];
      return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
    }
  }
}

/** `*` and `?` as gjson has them; in linear time, as the text comes from a service. */
function glob(pattern: string): ReturnType<typeof goRegExp> {
  const parts = [...pattern].map((each) => (each === '*' ? '.*' : each === '?' ? '.' : RE2JS.quote(each)));
  return goRegExp(`(?s)^${parts.join('')}$`);
}

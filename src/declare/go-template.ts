import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { goRegExp } from './go-regexp.ts';

/**
 * The part of Go's text/template that gossfiles use: fields of `.Vars` and `.Env`, variables, `if`, `range`, `with`, pipes, and
 * the functions below. What is not known is refused by name with its line; nothing is rendered wrongly in silence.
 */
export function renderTemplate(text: string, data: { Vars: unknown; Env: unknown }): string {
  if (!text.includes('{{')) return text;
  const tokens = tokenize(text);
  const { nodes, rest } = parseNodes(tokens, 0);
  if (rest < tokens.length) throw problem(tokens[rest]!.line, `{{${tokens[rest]!.text}}} closes nothing`);
  return render(nodes, { dot: data, variables: new Map([['$', data as unknown]]) });
}

export class TemplateProblem extends Error {
  override readonly name = 'TemplateProblem';
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const problem = (line: number, message: string) => new TemplateProblem(line, message);

interface Token {
  kind: 'text' | 'action';
  text: string;
  line: number;
}

type Node =
  | { kind: 'text'; text: string }
  | { kind: 'action'; code: string; line: number }
  | {
      kind: 'block';
      keyword: 'if' | 'range' | 'with';
      code: string;
      line: number;
      body: Node[];
      otherwise: Node[];
    };

interface Frame {
  dot: unknown;
  variables: Map<string, unknown>;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let trimNext = false;
  for (const part of text.split(/(\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}|\{\{[\s\S]*?\}\})/)) {
    if (part.startsWith('{{')) {
      const last = tokens.at(-1);
      if (/^\{\{-\s/.test(part) && last?.kind === 'text') last.text = last.text.trimEnd();
      trimNext = /\s-\}\}$/.test(part);
      const code = part.slice(2, -2).replace(/^-\s/, '').replace(/\s-$/, '').trim();
      if (!code.startsWith('/*')) tokens.push({ kind: 'action', text: code, line });
    } else if (part !== '') {
      tokens.push({ kind: 'text', text: trimNext ? part.trimStart() : part, line });
      trimNext = false;
    }
    line += part.split('\n').length - 1;
  }
  return tokens;
}

function parseNodes(tokens: Token[], from: number): { nodes: Node[]; rest: number } {
  const nodes: Node[] = [];
  let at = from;
  while (at < tokens.length) {
    const token = tokens[at]!;
    if (token.kind === 'text') {
      nodes.push({ kind: 'text', text: token.text });
      at++;
      continue;
    }
    const keyword = /^\w+/.exec(token.text)?.[0];
    if (keyword === 'end' || keyword === 'else') break;
    if (keyword === 'if' || keyword === 'range' || keyword === 'with') {
      const block = parseBlock(tokens, at, keyword, token.text.slice(keyword.length).trim());
      nodes.push(block.node);
      at = block.rest;
      continue;
    }
    if (
      keyword === 'define' ||
      keyword === 'template' ||
      keyword === 'block' ||
      keyword === 'break' ||
      keyword === 'continue'
    ) {
      throw problem(token.line, `{{${keyword}}} is not supported in templates`);
    }
    nodes.push({ kind: 'action', code: token.text, line: token.line });
    at++;
  }
  return { nodes, rest: at };
}

function parseBlock(
  tokens: Token[],
  at: number,
  keyword: 'if' | 'range' | 'with',
  code: string,
): { node: Node; rest: number } {
  const { line } = tokens[at]!;
  const body = parseNodes(tokens, at + 1);
  let closer = tokens[body.rest];
  let otherwise: Node[] = [];
  let rest = body.rest;
  if (closer && /^else\b/.test(closer.text)) {
    const chained = /^else\s+(if|with)\b\s*([\s\S]*)$/.exec(closer.text);
    if (chained) {
      const inner = parseBlock(tokens, rest, chained[1] as 'if' | 'with', chained[2]!);
      return {
        node: { kind: 'block', keyword, code, line, body: body.nodes, otherwise: [inner.node] },
        rest: inner.rest,
      };
    }
    const second = parseNodes(tokens, rest + 1);
    otherwise = second.nodes;
    rest = second.rest;
    closer = tokens[rest];
  }
  if (closer?.text !== 'end') throw problem(line, `{{${keyword}}} has no {{end}}`);
  return { node: { kind: 'block', keyword, code, line, body: body.nodes, otherwise }, rest: rest + 1 };
}

function render(nodes: Node[], frame: Frame): string {
  let out = '';
  for (const node of nodes) {
    if (node.kind === 'text') out += node.text;
    else if (node.kind === 'action') out += printed(assignOrEvaluate(node.code, frame, node.line));
    else out += renderBlock(node, frame);
  }
  return out;
}

function renderBlock(node: Extract<Node, { kind: 'block' }>, frame: Frame): string {
  const declared = /^\$(\w+)(?:\s*,\s*\$(\w+))?\s*:?=\s*([\s\S]*)$/.exec(node.code);
  const value = evaluate(declared ? declared[3]! : node.code, frame, node.line);
  if (node.keyword !== 'range') {
    if (!truth(value)) return render(node.otherwise, frame);
    const variables = new Map(frame.variables);
    if (declared) variables.set(`$${declared[1]}`, value);
    return render(node.body, { dot: node.keyword === 'with' ? value : frame.dot, variables });
  }
  const entries: [unknown, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : typeof value === 'object' && value !== null
      ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
      : [];
  if (entries.length === 0) return render(node.otherwise, frame);
  return entries
    .map(([key, item]) => {
      const variables = new Map(frame.variables);
      if (declared?.[2]) variables.set(`$${declared[1]}`, key).set(`$${declared[2]}`, item);
      else if (declared) variables.set(`$${declared[1]}`, item);
      return render(node.body, { dot: item, variables });
    })
    .join('');
}

const silent = Symbol('silent');

function assignOrEvaluate(code: string, frame: Frame, line: number): unknown {
  const assignment = /^(\$\w+)\s*:?=\s*([\s\S]*)$/.exec(code);
  if (!assignment) return evaluate(code, frame, line);
  frame.variables.set(assignment[1]!, evaluate(assignment[2]!, frame, line));
  return silent;
}

/** A pipeline: the value of each command is the last argument of the next. */
function evaluate(code: string, frame: Frame, line: number): unknown {
  let value: unknown = silent;
  for (const command of split(code, '|', line)) {
    const words = split(command, ' ', line);
    if (words.length === 0) throw problem(line, `{{${code}}} is empty`);
    const [head = '', ...rest] = words;
    const args = rest.map((word) => operand(word, frame, line));
    if (value !== silent) args.push(value);
    value =
      /^[a-zA-Z]\w*$/.test(head) && !['true', 'false', 'nil'].includes(head)
        ? call(head, args, line)
        : operand(head, frame, line);
  }
  return value;
}

function operand(word: string, frame: Frame, line: number): unknown {
  if (/^".*"$/s.test(word)) return JSON.parse(word.replace(/\\'/g, "'"));
  if (/^`.*`$/s.test(word)) return word.slice(1, -1);
  if (/^-?\d+(\.\d+)?$/.test(word)) return Number(word);
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'nil') return null;
  const group = /^\(([\s\S]*)\)((?:\.\w+)*)$/.exec(word);
  if (group) return fields(evaluate(group[1]!, frame, line), group[2]!);
  const variable = /^(\$\w*)((?:\.[\w-]+)*)$/.exec(word);
  if (variable) {
    if (!frame.variables.has(variable[1]!)) throw problem(line, `there is no variable ${variable[1]}`);
    return fields(frame.variables.get(variable[1]!), variable[2]!);
  }
  if (word === '.') return frame.dot;
  if (/^(\.[\w-]+)+$/.test(word)) return fields(frame.dot, word);
  if (/^[a-zA-Z]\w*$/.test(word)) return call(word, [], line);
  throw problem(line, `"${word}" is not understood in a template`);
}

function fields(value: unknown, path: string): unknown {
  return path
    .split('.')
    .filter((name) => name !== '')
    .reduce<unknown>((found, name) => member(found, name), value);
}

function member(value: unknown, key: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, String(key)) ? (value as Record<string, unknown>)[String(key)] : undefined;
}

const functions: Record<string, (...args: never[]) => unknown> = {
  getEnv: (name: string, fallback = '') => process.env[name] ?? fallback,
  env: (name: string) => process.env[name] ?? '',
  mkSlice: (...items: unknown[]) => items,
  list: (...items: unknown[]) => items,
  readFile: (name: string) => readFileSync(name, 'utf8').trim(),
  regexMatch: (pattern: string, text: unknown) => goRegExp(pattern).test(String(text)),
  toLower: (text: unknown) => String(text).toLowerCase(),
  lower: (text: unknown) => String(text).toLowerCase(),
  toUpper: (text: unknown) => String(text).toUpperCase(),
  upper: (text: unknown) => String(text).toUpperCase(),
  trim: (text: unknown) => String(text).trim(),
  quote: (value: unknown) => JSON.stringify(String(value)),
  squote: (value: unknown) => `'${String(value)}'`,
  default: (fallback: unknown, value: unknown) => (truth(value) ? value : fallback),
  repeat: (count: number, text: unknown) => String(text).repeat(count),
  replace: (from: string, to: string, text: unknown) => String(text).replaceAll(from, to),
  contains: (part: string, text: unknown) => String(text).includes(part),
  hasPrefix: (part: string, text: unknown) => String(text).startsWith(part),
  hasSuffix: (part: string, text: unknown) => String(text).endsWith(part),
  join: (separator: string, items: unknown[]) => items.map(printed).join(separator),
  splitList: (separator: string, text: unknown) => String(text).split(separator),
  add: (...numbers: unknown[]) => numbers.reduce<number>((sum, number) => sum + Number(number), 0),
  sub: (a: unknown, b: unknown) => Number(a) - Number(b),
  until: (count: number) => Array.from({ length: count }, (_, index) => index),
  toJson: (value: unknown) => JSON.stringify(value),
  print: (...items: unknown[]) => items.map(printed).join(''),
  printf: (format: string, ...items: unknown[]) =>
    format.replace(/%(?:[sdvq]|%)/g, (verb) =>
      verb === '%%' ? '%' : verb === '%q' ? JSON.stringify(String(items.shift())) : printed(items.shift()),
    ),
  index: (value: unknown, ...keys: unknown[]) =>
    keys.reduce<unknown>((found, key) => member(found, key), value),
  get: (value: unknown, key: string) => member(value, key) ?? '',
  hasKey: (value: unknown, key: string) => member(value, key) !== undefined,
  len: (value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.keys(value).length
      : (value as string).length,
  eq: (first: unknown, ...others: unknown[]) => others.some((other) => isDeepStrictEqual(first, other)),
  ne: (a: unknown, b: unknown) => !isDeepStrictEqual(a, b),
  lt: (a: number, b: number) => a < b,
  le: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  ge: (a: number, b: number) => a >= b,
  not: (value: unknown) => !truth(value),
  and: (...values: unknown[]) => values.find((value) => !truth(value)) ?? values.at(-1),
  or: (...values: unknown[]) => values.find(truth) ?? values.at(-1),
};

function call(name: string, args: unknown[], line: number): unknown {
  if (!Object.hasOwn(functions, name))
    throw problem(line, `the template function "${name}" is not supported`);
  try {
    return functions[name]!(...(args as never[]));
  } catch (error) {
    throw problem(line, `${name}: ${(error as Error).message}`);
  }
}

function truth(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function printed(value: unknown): string {
  if (value === silent) return '';
  if (value === undefined || value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(printed).join(' ')}]`;
  if (typeof value === 'object')
    return `map[${Object.entries(value)
      .map(([key, item]) => `${key}:${printed(item)}`)
      .join(' ')}]`;
  return String(value);
}

/** Splits outside of quotes and parentheses. */
function split(code: string, separator: '|' | ' ', line: number): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  let quote = '';
  for (let index = 0; index < code.length; index++) {
    const character = code[index]!;
    if (quote) {
      if (character === '\\' && quote === '"') part += code[index++]!;
      else if (character === quote) quote = '';
      part += code[index] ?? '';
      continue;
    }
    if (character === '"' || character === '`') quote = character;
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth === 0 && (character === separator || (separator === ' ' && /\s/.test(character)))) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  if (quote || depth !== 0) throw problem(line, `{{${code}}} has an open quote or parenthesis`);
  parts.push(part);
  return parts.map((each) => each.trim()).filter((each) => each !== '');
}

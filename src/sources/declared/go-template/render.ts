import { evaluate, type Frame } from './evaluate.ts';
import { templateFunctions } from './functions/index.ts';
import { type Node, parseTemplate } from './parse.ts';
import { TemplateProblem } from './problem.ts';
import { isTrue, printed } from './values.ts';
import { Variables } from './variables.ts';

export interface TemplateData {
  Vars: unknown;
  Env: Readonly<Record<string, string | undefined>>;
}

/**
 * The part of Go's text/template that gossfiles use: fields of `.Vars` and `.Env`, variables, `if`, `range`, `with`, pipes, and
 * functions. What is not known is refused by name with its line (`TemplateProblem`); nothing is rendered wrongly in silence.
 */
export function renderTemplate(text: string, data: TemplateData): string {
  if (!text.includes('{{')) return text;
  return render(parseTemplate(text), {
    dot: data,
    variables: new Variables().declare('$', data),
    functions: templateFunctions(data.Env),
  });
}

function render(nodes: Node[], frame: Frame): string {
  let out = '';
  for (const node of nodes) {
    if (node.kind === 'text') out += node.text;
    else if (node.kind === 'action') out += renderAction(node.code, frame, node.line);
    else out += renderBlock(node, frame);
  }
  return out;
}

function renderAction(code: string, frame: Frame, line: number): string {
  const [, name, sign, value = ''] = /^(\$\w+)\s*(:?=)\s*([\s\S]*)$/.exec(code) ?? [];
  if (name === undefined) return printed(evaluate(code, frame, line));
  if (sign === ':=') frame.variables.declare(name, evaluate(value, frame, line));
  else if (!frame.variables.assign(name, evaluate(value, frame, line)))
    throw new TemplateProblem(line, `there is no variable ${name}`);
  return '';
}

function renderBlock(node: Extract<Node, { kind: 'block' }>, frame: Frame): string {
  const declared = /^\$(\w+)(?:\s*,\s*\$(\w+))?\s*:?=\s*([\s\S]*)$/.exec(node.code);
  const value = evaluate(declared ? declared[3]! : node.code, frame, node.line);
  if (node.keyword !== 'range') {
    if (!isTrue(value)) return render(node.otherwise, frame);
    const variables = new Variables(frame.variables);
    if (declared) variables.declare(`$${declared[1]}`, value);
    return render(node.body, { ...frame, dot: node.keyword === 'with' ? value : frame.dot, variables });
  }
  const entries = entriesOf(value);
  if (entries.length === 0) return render(node.otherwise, frame);
  return entries
    .map(([key, item]) => {
      const variables = new Variables(frame.variables);
      if (declared?.[2]) variables.declare(`$${declared[1]}`, key).declare(`$${declared[2]}`, item);
      else if (declared) variables.declare(`$${declared[1]}`, item);
      return render(node.body, { ...frame, dot: item, variables });
    })
    .join('');
}

function entriesOf(value: unknown): [unknown, unknown][] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item]);
  if (typeof value === 'number') return Array.from({ length: value }, (_, index) => [index, index]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

import { TemplateProblem } from './problem.ts';
import { type Token, tokenize } from './tokens.ts';

export type Node =
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

/** Words of Go's templates that gossfiles do without. */
const unsupported = new Set(['define', 'template', 'block', 'break', 'continue']);

export function parseTemplate(text: string): Node[] {
  const tokens = tokenize(text);
  const { nodes, rest } = parseNodes(tokens, 0);
  const left = tokens[rest];
  if (left) throw new TemplateProblem(left.line, `{{${left.text}}} closes nothing`);
  return nodes;
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
    const keyword = /^\w+/.exec(token.text)?.[0] ?? '';
    if (keyword === 'end' || keyword === 'else') break;
    if (keyword === 'if' || keyword === 'range' || keyword === 'with') {
      const block = parseBlock(tokens, at, keyword, token.text.slice(keyword.length).trim());
      nodes.push(block.node);
      at = block.rest;
      continue;
    }
    if (unsupported.has(keyword))
      throw new TemplateProblem(token.line, `{{${keyword}}} is not supported in templates`);
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
  if (closer?.text !== 'end') throw new TemplateProblem(line, `{{${keyword}}} has no {{end}}`);
  return { node: { kind: 'block', keyword, code, line, body: body.nodes, otherwise }, rest: rest + 1 };
}

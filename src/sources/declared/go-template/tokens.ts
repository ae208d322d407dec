import { TemplateProblem } from './problem.ts';

export interface Token {
  kind: 'text' | 'action';
  text: string;
  line: number;
}

/** Text and `{{actions}}`, comments left out, `{{-` and `-}}` carried out. */
export function tokenize(text: string): Token[] {
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

/** Splits the code of an action, outside of quotes and parentheses. */
export function splitCode(code: string, separator: '|' | ' ', line: number): string[] {
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
  if (quote || depth !== 0) throw new TemplateProblem(line, `{{${code}}} has an open quote or parenthesis`);
  parts.push(part);
  return parts.map((each) => each.trim()).filter((each) => each !== '');
}

import type { TemplateFunctions } from './functions/index.ts';
import { TemplateProblem } from './problem.ts';
import { splitCode } from './tokens.ts';
import { member } from './values.ts';
import type { Variables } from './variables.ts';

/** What an action sees: the current value, the variables, and the functions. */
export interface Frame {
  dot: unknown;
  variables: Variables;
  functions: TemplateFunctions;
}

/** A pipeline: the value of each command is the last argument of the next. */
export function evaluate(code: string, frame: Frame, line: number): unknown {
  const commands = splitCode(code, '|', line);
  if (commands.length === 0) throw new TemplateProblem(line, `{{${code}}} is empty`);
  let piped: unknown[] = [];
  for (const command of commands) {
    const [head = '', ...rest] = splitCode(command, ' ', line);
    const args = [...rest.map((word) => operand(word, frame, line)), ...piped];
    piped = [isName(head) ? call(head, args, frame, line) : operand(head, frame, line)];
  }
  return piped[0];
}

function isName(word: string): boolean {
  return /^[a-zA-Z]\w*$/.test(word) && !['true', 'false', 'nil'].includes(word);
}

function operand(word: string, frame: Frame, line: number): unknown {
  if (/^".*"$/s.test(word)) return unquoted(word, line);
  if (/^`.*`$/s.test(word)) return word.slice(1, -1);
  if (/^-?(\d+(\.\d+)?(e[+-]?\d+)?|0x[\da-f]+)$/i.test(word)) return Number(word);
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'nil') return null;
  const group = /^\(([\s\S]*)\)((?:\.\w+)*)$/.exec(word);
  if (group) return fields(evaluate(group[1]!, frame, line), group[2]!, line);
  const variable = /^(\$\w*)((?:\.[\w-]+)*)$/.exec(word);
  if (variable) {
    const [, name = '', path = ''] = variable;
    if (!frame.variables.has(name)) throw new TemplateProblem(line, `there is no variable ${name}`);
    return fields(frame.variables.get(name), path, line);
  }
  if (word === '.') return frame.dot;
  if (/^(\.[\w-]+)+$/.test(word)) return fields(frame.dot, word, line);
  if (isName(word)) return call(word, [], frame, line);
  throw new TemplateProblem(line, `"${word}" is not understood in a template`);
}

/** Go's escapes are those of JSON and `\'`, `\a`, `\v`, `\x41`. */
function unquoted(word: string, line: number): string {
  const json = word.replace(/\\(x[0-9a-fA-F]{2}|['av]|.)/gs, (whole, code: string) => {
    if (code === "'") return "'";
    if (code === 'a') return '\\u0007';
    if (code === 'v') return '\\u000b';
    return code.length === 3 ? `\\u00${code.slice(1)}` : whole;
  });
  try {
    return JSON.parse(json) as string;
  } catch {
    throw new TemplateProblem(line, `${word} is not a text`);
  }
}

/** Like goss, a name that is not there is refused: a test that silently vanishes is none. */
function fields(value: unknown, path: string, line: number): unknown {
  let found = value;
  for (const name of path.split('.').filter((each) => each !== '')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name))
      throw new TemplateProblem(line, `there is no "${name}" in ${path}`);
    found = member(found, name);
  }
  return found;
}

function call(name: string, args: unknown[], { functions }: Frame, line: number): unknown {
  const run = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!run) throw new TemplateProblem(line, `the template function "${name}" is not supported`);
  try {
    return run(...(args as never[]));
  } catch (error) {
    throw new TemplateProblem(line, `${name}: ${(error as Error).message}`);
  }
}

import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { codeOf } from '../base/errors.ts';
import { createLineFinder } from '../base/line-finder.ts';
import type { Problem } from './problem.ts';
import type { ReadModuleOptions } from './read-module.ts';

/** A parsed configuration file; `problems` are those of its syntax. */
export interface ConfigSource {
  value: unknown;
  /** From 1; `undefined` if it is unknown. */
  lineOf(path: string): number | undefined;
  problems: Problem[];
}

const maxBytes = 4 * 1024 * 1024;
/** Each is judged, and may get a problem of its own: more would take many seconds. */
const maxValues = 10_000;

/** `label` is the file's name for people. Rejects only with the signal's reason. */
export async function readConfigFile(
  file: string,
  label: string,
  options: ReadModuleOptions = {},
): Promise<ConfigSource> {
  const failed = (message: string, line?: number): ConfigSource => ({
    value: {},
    lineOf: () => undefined,
    problems: [{ where: line ? `${label}:${line}` : label, message }],
  });
  const source = await readSource(file, label, failed, options);
  return holdsMoreThan(source.value, maxValues)
    ? failed(`holds more than ${maxValues} values (aliases expanded)`)
    : source;
}

/** Ends as soon as it knows, also where few objects hold each other many times. */
function holdsMoreThan(value: unknown, limit: number): boolean {
  let left = limit;
  const visit = (at: unknown): boolean => {
    if (--left < 0) return true;
    return typeof at === 'object' && at !== null && Object.values(at).some(visit);
  };
  return visit(value);
}

async function readSource(
  file: string,
  label: string,
  failed: Failed,
  options: ReadModuleOptions,
): Promise<ConfigSource> {
  let text: string;
  try {
    if (statSync(file).size > maxBytes) return failed('is larger than 4 MiB');
    text = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    return failed(codeOf(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${codeOf(error)})`);
  }
  const extension = path.extname(file);
  if (extension === '.json') {
    try {
      return readJson(text, label, failed);
    } catch (error) {
      // The parser recurses.
      if (error instanceof RangeError) return failed('JSON syntax: nested too deeply');
      throw error;
    }
  }
  if (extension === '.yaml' || extension === '.yml') return readYamlFile(text, failed);
  if (/^\.[cm]?[jt]s$/.test(extension)) return readCode(file, text, label, failed, options);
  return failed('has none of the endings ts, mts, js, mjs, json, yaml and yml');
}

type Failed = (message: string, line?: number) => ConfigSource;

function readJson(text: string, label: string, failed: Failed): ConfigSource {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const lineAt = createLineFinder(text);
  const [error] = errors;
  if (error || !tree) {
    const reason = error ? spaced(printParseErrorCode(error.error)) : 'value expected';
    return failed(`JSON syntax: ${reason}`, lineAt(error?.offset ?? 0));
  }
  return {
    value: JSON.parse(text),
    lineOf(at) {
      const node = findNodeAtLocation(tree, segments(at));
      return node && lineAt((node.parent?.type === 'property' ? node.parent : node).offset);
    },
    problems: duplicates(tree).map(({ offset, value }) => ({
      where: `${label}:${lineAt(offset)}`,
      path: String(value),
      message: 'is given twice',
    })),
  };
}

/** `PropertyNameExpected` → `property name expected`. */
const spaced = (code: string) => code.replace(/(?<=.)[A-Z]/g, ' $&').toLowerCase();

const segments = (at: string) => at.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** The names that an object has already. */
function duplicates({ type, children = [] }: Node): Node[] {
  const nested = children.flatMap(duplicates);
  if (type !== 'object') return nested;
  const names = children.map((property) => property.children?.[0] as Node);
  const seen = new Set<unknown>();
  const repeated = names.filter(({ value }) => seen.has(value) || !seen.add(value));
  return [...repeated, ...nested];
}

async function readYamlFile(text: string, failed: Failed): Promise<ConfigSource> {
  const { readYaml, YamlProblem } = await import('../base/yaml.ts');
  try {
    const { value, locate } = readYaml(text);
    const lineOf = (at: string) => {
      const { line, exact } = locate(at.split('.'));
      return exact ? line : undefined;
    };
    return { value: value ?? {}, lineOf, problems: [] };
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return failed(`YAML: ${error.message}`, error.line);
  }
}

async function readCode(
  file: string,
  text: string,
  label: string,
  failed: Failed,
  options: ReadModuleOptions,
): Promise<ConfigSource> {
  const { readModule } = await import('./read-module.ts');
  const answer = await readModule(file, options);
  if (answer.kind === 'no-default') {
    return failed('has no default export (write: export default defineConfig({ … }))');
  }
  if (answer.kind === 'error') {
    const isSyntax = /^(?:ParseError|SyntaxError)/.test(answer.stack || answer.message);
    const verb = isSyntax ? 'syntax' : 'fails to load';
    return failed(`${verb}: ${firstLine(answer.message)}`, lineOfError(answer, file));
  }
  const lineOf = (at: string) => lineOfName(text, at);
  const problems = answer.problems.map(({ path: at, message }) => {
    const line = lineOf(at);
    return { where: line ? `${label}:${line}` : label, ...(at === '' ? {} : { path: at }), message };
  });
  return { value: answer.value, lineOf, problems };
}

/** The message without what follows it: a compiler appends the source, which may hold secrets. */
function firstLine(message: string): string {
  return (message.split('\n')[0] as string)
    .replace(/^(?:ParseError|SyntaxError): /, '')
    .replace(/^.*?\.[cm]?[jt]s: /, '')
    .trim();
}

function lineOfError(
  { message, stack }: { message: string; stack: string },
  file: string,
): number | undefined {
  const inMessage = /\((\d+):\d+\)/.exec(message)?.[1];
  const at = stack.indexOf(`${file}:`);
  const inStack = at === -1 ? undefined : /^:(\d+)/.exec(stack.slice(at + file.length))?.[1];
  return Number(inMessage ?? inStack) || undefined;
}

/** In code, the line of a name is reported only if it occurs exactly once. */
function lineOfName(text: string, at: string): number | undefined {
  const name = at.slice(at.lastIndexOf('.') + 1).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const found = [...text.matchAll(new RegExp(`(?<![\\w$])['"]?${name}['"]?\\s*:`, 'g'))];
  return found.length === 1 ? createLineFinder(text)((found[0] as RegExpExecArray).index + 1) : undefined;
}

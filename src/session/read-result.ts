import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { findNodeAtLocation, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { createLineFinder } from '../base/line-finder.ts';
import { isPlainObject } from '../base/plain-object.ts';
import { v } from '../base/schema.ts';
import type { RunResult } from '../check/result.ts';
import { resultSchemaVersion } from '../check/result-version.ts';
import { resultSchema } from '../services/result-schema.ts';

const maxBytes = 256 * 1024 * 1024;
const mostProblems = 10;

/** Reads a result that `verify --reporter json=file` saved. Throws a `Fault` (78) that names file, line and reason. */
export function readResult(file: string, cwd: string): RunResult {
  const label = path.relative(cwd, file) || file;
  const text = textOf(file, label);
  const lineAt = createLineFinder(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const errors: ParseError[] = [];
    parseTree(text, errors, { disallowComments: true });
    const [error] = errors;
    const reason = error
      ? printParseErrorCode(error.error)
          .replace(/(?<=.)[A-Z]/g, ' $&')
          .toLowerCase()
      : 'no JSON';
    throw badResult(label, [`${label}:${lineAt(error?.offset ?? 0)}: JSON syntax: ${reason}`]);
  }
  const lineOf = (at: readonly (string | number)[]) => {
    const tree = parseTree(text);
    const node = tree && findNodeAtLocation(tree, [...at]);
    return lineAt((node?.parent?.type === 'property' ? node.parent : node)?.offset ?? 0);
  };
  const version = isPlainObject(value) ? value.schemaVersion : undefined;
  if (version !== resultSchemaVersion) {
    const what =
      version === undefined
        ? 'is no result of verify: schemaVersion is missing'
        : `schemaVersion ${JSON.stringify(version)} is not known`;
    const own = `this meatymusic reads version ${resultSchemaVersion}`;
    throw badResult(label, [`${label}:${lineOf(['schemaVersion'])}: ${what}; ${own}`]);
  }
  const { success, output, issues = [] } = v.safeParse(resultSchema, value);
  if (success) return output as RunResult;
  const problems = issues.slice(0, mostProblems).map(({ path: at = [], message }) => {
    const keys = at.map(({ key }) => key as string | number);
    return `${label}:${lineOf(keys)}: ${keys.join('.')} ${message}`;
  });
  const more = issues.length - problems.length;
  throw badResult(label, more > 0 ? [...problems, `and ${more} more`] : problems);
}

function textOf(file: string, label: string): string {
  try {
    if (statSync(file).size > maxBytes) throw new Error('it is larger than 256 MiB');
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (cause) {
    throw badResult(label, [`${label}: cannot be read: ${messageOf(cause)}`], cause);
  }
}

function badResult(label: string, details: readonly string[], cause?: unknown): Fault {
  return new Fault({
    code: 'bad-result',
    message: `${label} is not a result that can be read`,
    details,
    hint: 'meatymusic verify --reporter json=result.json writes one',
    exitCode: ExitCode.config,
    cause,
  });
}

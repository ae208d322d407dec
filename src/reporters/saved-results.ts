import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type ParseError, parseTree } from 'jsonc-parser';
import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { createLineFinder } from '../base/line-finder.ts';
import { isPlainObject } from '../base/plain-object.ts';
import { v } from '../base/schema.ts';
import type { PastVerdict } from '../check/reporter.ts';
import type { RunResult } from '../check/result.ts';
import { resultSchemaVersion } from '../check/result-version.ts';
import { resultSchema } from '../services/result-schema.ts';
import { blobSchema, blobVersion } from './blob.ts';

/** A result that was saved, with what its evidence refers to. */
export interface SavedResult {
  /** Its name for people. */
  file: string;
  result: RunResult;
  /** By their paths in the evidence. Unset: the file is a result document alone. */
  pictures?: ReadonlyMap<string, Buffer>;
  history?: Readonly<Record<string, readonly PastVerdict[]>>;
}

export interface SavedResults {
  results: SavedResult[];
  /** JSON files of the folders that are no results. */
  ignored: string[];
}

/** Of a file that does not fit the schema. */
const mostIssues = 5;

/**
 * Reads result documents and blobs: files, and all JSON files below folders that are one of both. Names are relative to
 * `cwd`. Rejects with a `Fault` that lists every problem: 78 for files that are damaged or of another version, 2 where there
 * is no result.
 */
export async function readSavedResults(names: readonly string[], cwd: string): Promise<SavedResults> {
  const read: SavedResults = { results: [], ignored: [] };
  const problems: string[] = [];
  const none: string[] = [];
  const seen = new Set<string>();
  for (const name of names) {
    const found = await filesOf(name, cwd);
    if (typeof found === 'string') none.push(`${name} ${found}`);
    let holdsOther = true;
    const { files, isFolder } = typeof found === 'string' ? { files: [], isFolder: false } : found;
    for (const file of files) {
      const saved = seen.has(path.resolve(cwd, file)) ? 'seen' : await readSaved(file, cwd);
      seen.add(path.resolve(cwd, file));
      if (saved !== undefined) holdsOther = false;
      if (saved === 'seen') continue;
      if (Array.isArray(saved)) problems.push(...saved.map((problem) => `${file}${problem}`));
      else if (saved) read.results.push(saved);
      else if (isFolder) read.ignored.push(file);
      else none.push(`${file} is JSON, but neither a result of \`verify --reporter json\` nor a blob`);
    }
    if (isFolder && holdsOther) none.push(`${name} holds no result`);
  }
  if (problems.length > 0) {
    throw new Fault({
      code: 'bad-result',
      message: `${problems.length === 1 ? 'a saved result cannot' : 'saved results cannot'} be read`,
      details: [...problems, ...none],
      hint: 'run the verification of this shard again, or leave its file out: the others stay as they are',
      exitCode: ExitCode.config,
    });
  }
  if (none.length > 0) {
    throw new Fault({
      code: 'no-result',
      message: 'there is no result to report',
      details: none,
      hint: 'meatymusic verify --reporter blob=reports',
      exitCode: ExitCode.usage,
    });
  }
  return read;
}

/** Resolves to the files of a name, or to the reason why there are none. */
async function filesOf(name: string, cwd: string): Promise<{ files: string[]; isFolder: boolean } | string> {
  try {
    if (!(await stat(path.resolve(cwd, name))).isDirectory()) return { files: [name], isFolder: false };
    const entries = await readdir(path.resolve(cwd, name), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.name.endsWith('.json') && !entry.isDirectory())
      .map((entry) => path.join(name, path.relative(path.resolve(cwd, name), entry.parentPath), entry.name));
    return { files: files.sort(), isFolder: true };
  } catch (error) {
    return codeOf(error) === 'ENOENT'
      ? 'does not exist'
      : `cannot be read (${codeOf(error) ?? 'unknown error'})`;
  }
}

/** Resolves to the result, to `undefined` for other JSON, or to the problems: `:3: JSON syntax: …`. */
async function readSaved(file: string, cwd: string): Promise<SavedResult | string[] | undefined> {
  let text: string;
  try {
    text = (await readFile(path.resolve(cwd, file), 'utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    return [`: cannot be read (${codeOf(error) ?? 'unknown error'})`];
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return [syntaxProblem(text, messageOf(error))];
  }
  if (!isPlainObject(content)) return undefined;
  if ('blobVersion' in content) return readBlob(file, content);
  const isResult = 'schemaVersion' in content && 'checks' in content;
  return isResult ? withResult({ file }, content) : undefined;
}

function syntaxProblem(text: string, message: string): string {
  if (text.trim() === '') return ': is empty';
  const lineOf = createLineFinder(text);
  // The parser of Node.js names no place in every version.
  if (/Unexpected end|Unterminated string/.test(message)) {
    return `:${lineOf(text.length)}: ends in the middle: the file is truncated`;
  }
  const errors: ParseError[] = [];
  try {
    parseTree(text, errors, { disallowComments: true });
  } catch {
    return ': JSON syntax: nested too deeply';
  }
  return `:${lineOf(errors[0]?.offset ?? text.length)}: JSON syntax`;
}

function readBlob(file: string, content: Record<string, unknown>): SavedResult | string[] {
  if (content.blobVersion !== blobVersion)
    return [otherVersion('blobVersion', content.blobVersion, blobVersion)];
  const parsed = v.safeParse(blobSchema, content);
  if (!parsed.success) return issueLines(parsed.issues);
  const { result, pictures, history } = parsed.output;
  const read = new Map<string, Buffer>();
  for (const [name, { bytes, base64 }] of Object.entries(pictures)) {
    const picture = Buffer.from(base64, 'base64');
    if (picture.length !== bytes) return [`: the picture ${name} has ${picture.length} of ${bytes} bytes`];
    read.set(name, picture);
  }
  const ofBlob = { file, pictures: read, ...(history && { history: history as SavedResult['history'] }) };
  return withResult(ofBlob as Omit<SavedResult, 'result'>, result);
}

function withResult(saved: Omit<SavedResult, 'result'>, document: unknown): SavedResult | string[] {
  if (!isPlainObject(document)) return [': holds no result'];
  const { schemaVersion } = document;
  if (schemaVersion !== resultSchemaVersion) {
    return [otherVersion('schemaVersion', schemaVersion, resultSchemaVersion)];
  }
  const parsed = v.safeParse(resultSchema, document);
  return parsed.success ? { ...saved, result: parsed.output } : issueLines(parsed.issues);
}

function otherVersion(name: string, found: unknown, known: number): string {
  return `: its ${name} is ${JSON.stringify(found)}, and this version of meatymusic reads ${known}`;
}

function issueLines(issues: readonly v.BaseIssue<unknown>[]): string[] {
  const lines = issues.map((issue) => `: ${v.getDotPath(issue) ?? 'the document'} ${issue.message}`);
  const more = lines.length - mostIssues;
  return more > 0 ? [...lines.slice(0, mostIssues), `: and ${more} more problems`] : lines;
}

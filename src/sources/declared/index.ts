import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { knownSecrets } from '../../base/known-secrets.ts';
import type { BrokenCheck, Found, FoundCheck } from '../found.ts';
import { noticingSecrets, secretsIn } from './secrets.ts';

export interface DeclaredSources {
  /** YAML files of declared checks; absolute paths. */
  files?: readonly string[];
  /** Gossfiles; absolute paths. */
  gossfiles?: readonly string[];
  /** The project's root: names of files in messages are relative to it. */
  root: string;
  env: Readonly<Record<string, string | undefined>>;
  /** YAML or JSON files of variables for gossfiles and declared checks; later ones win. */
  varsFiles?: readonly string[];
  /** Variables of the configuration; `varsFiles` win over them. */
  vars?: Readonly<Record<string, unknown>>;
}

export interface FoundDeclared extends Found {
  /** Entries of a gossfile that were read and are not supported. */
  notices: string[];
  /** Secrets in the files, and those that they take from variables. */
  secrets: string[];
}

/** Reads every file of declared checks and every gossfile. Each problem has its file and line. */
export async function findDeclaredChecks(sources: DeclaredSources): Promise<FoundDeclared> {
  const { files = [], gossfiles = [], root, env } = sources;
  const problems: string[] = [];
  const checks: FoundCheck[] = [];
  const broken: BrokenCheck[] = [];
  let isIncomplete = false;
  const notices: string[] = [];
  const secrets = new Set<string>();
  const found = {
    add(secret: string) {
      secrets.add(secret);
      // At once: titles and ids are made of the entries.
      knownSecrets.add(secret);
    },
  };
  const scope = {
    env: noticingSecrets(env, found),
    learn: (entry: unknown) => secretsIn(entry, found),
    vars: { ...sources.vars, ...(await readVars(sources.varsFiles ?? [], root, problems)) },
  };
  scope.learn(scope.vars);
  if (files.length > 0) {
    const { readChecksFile } = await import('./checks-file.ts');
    for (const file of files) {
      const text = await readText(file, root, problems);
      if (text === undefined) {
        isIncomplete = true;
        continue;
      }
      const read = readChecksFile(shownName(file, root), text, scope, problems);
      checks.push(...read.checks);
      broken.push(...read.broken);
      isIncomplete ||= read.isIncomplete;
    }
  }
  if (gossfiles.length > 0) {
    const { readGossfile } = await import('./gossfile/read.ts');
    const reading = { scope, problems, ids: new Map<string, number>() };
    for (const file of gossfiles) {
      const before = problems.length;
      const read = await readGossfile(file, shownName(file, root), reading);
      isIncomplete ||= problems.length > before;
      if (read.checks.length === 0 && problems.length === before)
        problems.push(`${shownName(file, root)}: holds no test once its templates are rendered`);
      checks.push(...read.checks);
      notices.push(...read.notices);
    }
  }
  return { checks, broken, isIncomplete, problems, notices, secrets: [...secrets] };
}

async function readVars(
  files: readonly string[],
  root: string,
  problems: string[],
): Promise<Record<string, unknown>> {
  const vars: Record<string, unknown> = {};
  for (const file of files) {
    const absolute = path.resolve(root, file);
    const text = await readText(absolute, root, problems);
    if (text === undefined) continue;
    const { readDocument } = await import('./document.ts');
    const document = readDocument(shownName(absolute, root), text, problems);
    if (!document) continue;
    if (typeof document.value !== 'object' || document.value === null || Array.isArray(document.value)) {
      problems.push(`${shownName(absolute, root)}:1: variables must be a map`);
    } else Object.assign(vars, document.value);
  }
  return vars;
}

async function readText(file: string, root: string, problems: string[]): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    problems.push(
      `${shownName(file, root)}: ${code === 'ENOENT' ? 'there is no such file' : messageOf(error)}`,
    );
    return undefined;
  }
}

function shownName(file: string, root: string): string {
  const relative = path.relative(root, file);
  return relative.startsWith('..') ? file : relative;
}

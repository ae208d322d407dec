import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../../base/errors.ts';
import { knownSecrets } from '../../../base/known-secrets.ts';
import { nearest } from '../../../base/nearest.ts';
import type { FoundCheck } from '../../found.ts';
import { type DeclaredDocument, problemTexts, readDocument } from '../document.ts';
import { TemplateProblem } from '../go-template/problem.ts';
import { renderTemplate } from '../go-template/render.ts';
import type { Scope } from '../variables.ts';
import { checkOfResource, skippedResource, unjudgedText } from './check-of-resource.ts';
import { type Resource, translations } from './resources.ts';
import { Unsupported } from './unsupported.ts';

export interface GossfileResult {
  checks: FoundCheck[];
  notices: string[];
}

/** What is true of all gossfiles of a call. */
export interface GossfileReading {
  scope: Scope;
  problems: string[];
  /** Ids that were given so far, and how often. */
  ids: Map<string, number>;
}

/**
 * Reads a gossfile and those that it includes. Adds what is wrong to `problems`; what cannot be carried out is skipped by
 * name. As in goss, an included test replaces one with the same type and key.
 */
export async function readGossfile(
  file: string,
  shownName: string,
  reading: GossfileReading,
): Promise<GossfileResult> {
  const tests = new Map<string, FoundCheck>();
  const notices: string[] = [];
  await readInto({ tests, notices }, file, shownName, reading, new Set());
  return { checks: [...tests.values()], notices };
}

interface Tests {
  tests: Map<string, FoundCheck>;
  notices: string[];
}

type Top = Record<string, Record<string, Resource | null> | null>;

async function readInto(
  found: Tests,
  file: string,
  shownName: string,
  reading: GossfileReading,
  seen: ReadonlySet<string>,
): Promise<void> {
  const { scope, problems } = reading;
  let text: string;
  try {
    text = renderTemplate(await readFile(file, 'utf8'), { Vars: scope.vars, Env: scope.env });
  } catch (error) {
    problems.push(
      error instanceof TemplateProblem
        ? `${shownName}:${error.line}: ${error.message}`
        : `${shownName}: ${messageOf(error)}`,
    );
    return;
  }
  const document = readDocument(shownName, text, problems);
  if (!document) return;
  const { gossfile: includes, ...sections } = (document.value ?? {}) as Top;
  for (const [type, entries] of Object.entries(sections)) {
    if (!isMapOfMaps(entries)) {
      problems.push(`${document.where([type])}: "${type}" must be a map of tests`);
    } else if (!Object.hasOwn(translations, type)) {
      const near = nearest(type, [...Object.keys(translations), 'gossfile']);
      const hint = near ? `; did you mean "${near}"?` : '';
      problems.push(`${document.where([type])}: "${type}" is no test of a gossfile${hint}`);
    } else {
      for (const [key, resource] of Object.entries(entries ?? {}))
        addTest(found, document, reading, { type, key, resource: resource ?? {} });
    }
  }
  if (!isMapOfMaps(includes)) {
    problems.push(`${document.where(['gossfile'])}: "gossfile" must be a map of files`);
    return;
  }
  for (const [key, resource] of Object.entries(includes ?? {})) {
    if (resource?.skip === true) continue;
    const files = expandGlob(path.resolve(path.dirname(file), String(resource?.file ?? key)));
    if (files.length === 0) problems.push(`${document.where(['gossfile', key])}: no file is named ${key}`);
    for (const included of files) {
      if (seen.has(included) || included === file) continue;
      const name = path.relative(process.cwd(), included) || included;
      await readInto(found, included, name, reading, new Set([...seen, file]));
    }
  }
}

function addTest(
  { tests, notices }: Tests,
  document: DeclaredDocument,
  { scope, problems, ids }: GossfileReading,
  { type, key, resource }: { type: string; key: string; resource: Resource },
): void {
  const name = JSON.stringify([type, key]);
  const earlier = tests.get(name);
  const place = { id: earlier?.id ?? uniqueId(type, key, ids), source: document.where([type, key]) };
  const note = (text: string) => notices.push(`${place.source}: ${type} "${key}"${text}`);
  if (earlier && earlier.source !== place.source) note(` replaces the one of ${earlier.source}`);
  try {
    scope.learn?.({ url: key, ...resource });
    const { check, unjudged } = checkOfResource(type, key, resource, place);
    if (unjudged.length > 0 && !earlier) note(`: not supported: ${unjudgedText(type, unjudged)}`);
    tests.set(name, check);
  } catch (error) {
    if (error instanceof Unsupported) {
      const reason = `not supported: ${error.message}`;
      note(`: ${reason}`);
      tests.set(name, skippedResource(type, key, reason, place));
    } else problems.push(...problemTexts(document, [type, key], error, `${type} "${key}"`));
  }
}

/** A test, and a whole section, may be left empty. */
function isMapOfMaps(value: unknown): boolean {
  const isMap = (each: unknown) =>
    each === null || each === undefined || (typeof each === 'object' && !Array.isArray(each));
  return isMap(value) && Object.values(value ?? {}).every(isMap);
}

function uniqueId(type: string, key: string, used: Map<string, number>): string {
  const slug =
    knownSecrets(key)
      .replace(/^[a-z]+:\/\//i, '')
      .replace(/[^\w.]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 80) || 'entry';
  const id = `goss-${type}/${slug}`;
  const count = (used.get(id) ?? 0) + 1;
  used.set(id, count);
  return count === 1 ? id : `${id}-${count}`;
}

/** `*` in the last part of a path; anything else is a name. */
function expandGlob(pattern: string): string[] {
  const name = path.basename(pattern);
  if (!/[*?]/.test(name)) return [pattern];
  const rule = new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  );
  try {
    return readdirSync(path.dirname(pattern))
      .filter((each) => rule.test(each))
      .sort()
      .map((each) => path.join(path.dirname(pattern), each));
  } catch {
    return [];
  }
}

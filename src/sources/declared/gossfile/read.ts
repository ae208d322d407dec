import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../../base/errors.ts';
import { knownSecrets } from '../../../base/known-secrets.ts';
import { nearest } from '../../../base/nearest.ts';
import type { FoundCheck } from '../../found.ts';
import { problemText, readDocument } from '../document.ts';
import { TemplateProblem } from '../go-template/problem.ts';
import { renderTemplate } from '../go-template/render.ts';
import type { Scope } from '../variables.ts';
import { checkOfResource, skippedResource } from './check-of-resource.ts';
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

/** Reads a gossfile and those that it includes. Adds what is wrong to `problems`; what cannot be carried out is skipped by name. */
export async function readGossfile(
  file: string,
  shownName: string,
  reading: GossfileReading,
  seen: ReadonlySet<string> = new Set(),
): Promise<GossfileResult> {
  const { scope, problems, ids } = reading;
  const result: GossfileResult = { checks: [], notices: [] };
  let text: string;
  try {
    text = renderTemplate(await readFile(file, 'utf8'), { Vars: scope.vars, Env: scope.env });
  } catch (error) {
    problems.push(
      error instanceof TemplateProblem
        ? `${shownName}:${error.line}: ${error.message}`
        : `${shownName}: ${messageOf(error)}`,
    );
    return result;
  }
  const document = readDocument(shownName, text, problems);
  if (!document) return result;
  const top = (document.value ?? {}) as Record<string, Record<string, Resource | null> | null>;
  for (const [type, entries] of Object.entries(top)) {
    if (!isMapOfMaps(entries)) {
      problems.push(`${document.where([type])}: "${type}" must be a map of tests`);
      continue;
    }
    if (type === 'gossfile') {
      for (const [key, resource] of Object.entries(entries ?? {})) {
        if (resource?.skip === true) continue;
        const pattern = path.resolve(path.dirname(file), String(resource?.file ?? key));
        const files = expandGlob(pattern);
        if (files.length === 0) problems.push(`${document.where([type, key])}: no file is named ${key}`);
        for (const included of files) {
          if (seen.has(included) || included === file) continue;
          const inner = await readGossfile(
            included,
            path.relative(process.cwd(), included) || included,
            reading,
            new Set([...seen, file]),
          );
          result.checks.push(...inner.checks);
          result.notices.push(...inner.notices);
        }
      }
      continue;
    }
    if (!Object.hasOwn(translations, type)) {
      const near = nearest(type, [...Object.keys(translations), 'gossfile']);
      const hint = near ? `; did you mean "${near}"?` : '';
      problems.push(`${document.where([type])}: "${type}" is no test of a gossfile${hint}`);
      continue;
    }
    for (const [key, resource] of Object.entries(entries ?? {})) {
      const place = { id: uniqueId(type, key, ids), source: document.where([type, key]) };
      try {
        scope.learn?.({ url: key, ...resource });
        result.checks.push(checkOfResource(type, key, resource ?? {}, place));
      } catch (error) {
        if (error instanceof Unsupported) {
          const reason = `not supported: ${error.message}`;
          result.notices.push(`${place.source}: ${type} "${key}": ${reason}`);
          result.checks.push(skippedResource(type, key, reason, place));
        } else problems.push(problemText(document, [type, key], error));
      }
    }
  }
  return result;
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

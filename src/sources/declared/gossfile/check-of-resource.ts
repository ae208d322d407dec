import { nearest } from '../../../base/nearest.ts';
import { safeLine } from '../../../base/safe-text.ts';
import type { FoundCheck } from '../../found.ts';
import { checkOfEntry } from '../entry.ts';
import { DeclaredProblem } from '../problem.ts';
import { isEmptyList, type Resource, translations } from './resources.ts';
import { Unsupported } from './unsupported.ts';

const common = ['title', 'meta', 'skip', 'timeout'];

/** A test of a gossfile as a check, and its fields that cannot be judged. */
export interface TranslatedTest {
  check: FoundCheck;
  unjudged: string[];
}

/** Translates one test. Throws `Unsupported` if nothing of it can be judged, or `DeclaredProblem` with what is wrong. */
export function checkOfResource(
  type: string,
  key: string,
  resource: Resource,
  place: { id: string; source: string },
): TranslatedTest {
  const translation = translations[type]!;
  const { kind, target, expects, formerly = {}, known, unsupported = [], timeoutMs = 0 } = translation;
  const given = Object.entries(resource).map(([name, value]) => [formerly[name] ?? name, value] as const);
  const names = [...common, ...known, ...expects, ...unsupported];
  const unjudged: string[] = [];
  for (const [name, value] of given) {
    // `goss add` writes what it has no use for as an empty list.
    if (isEmptyList(value)) continue;
    if (unsupported.includes(name)) unjudged.push(name);
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw new DeclaredProblem([name], `${type} has no "${name}"${near ? `; did you mean "${near}"?` : ''}`);
  }
  const hasExpectation = given.some(([name, value]) => expects.includes(name) && !isEmptyList(value));
  if (!hasExpectation && unjudged.length > 0) throw new Unsupported(unjudgedText(type, unjudged));
  const entry: Resource = {
    id: place.id,
    kind,
    ...defined(target(key, resource)),
    title: titleOf(type, key, resource),
  };
  for (const [name, value] of given) {
    if (expects.includes(name) && !isEmptyList(value)) entry[name] = asGossReads(name, value);
  }
  if (resource.skip === true) entry.skip = '"skip" in the gossfile';
  const timeout = Number(resource.timeout ?? 0) || timeoutMs;
  if (timeout > 0) entry.timeout = Math.max(timeout, 100);
  // Every report shows the title, and with it what a pass does not include.
  if (unjudged.length > 0) entry.title = `${entry.title} (not judged: ${unjudged.join(', ')})`;
  return { check: checkOfEntry(entry, place.source), unjudged };
}

export function unjudgedText(type: string, names: readonly string[]): string {
  return names.map((name) => `"${name}" of ${type}`).join(', ');
}

/** Returns a skipped check for a test that is not supported. */
export function skippedResource(
  type: string,
  key: string,
  reason: string,
  place: { id: string; source: string },
): FoundCheck {
  return checkOfEntry(
    { id: place.id, kind: 'matching', title: titleOf(type, key, {}), content: null, skip: reason },
    place.source,
  );
}

function titleOf(type: string, key: string, { title }: Resource): string {
  return safeLine(String(title || `${type}: ${key}`), 120);
}

/** YAML reads `mode: 0644` as a number; goss's users mean the text. */
function asGossReads(name: string, value: unknown): unknown {
  return name === 'mode' && typeof value === 'number' ? `0${value}` : value;
}

function defined(record: Resource): Resource {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

import { safeLine } from '../../../base/safe-text.ts';
import type { FoundCheck } from '../../found.ts';
import { checkOfEntry } from '../entry.ts';
import { isEmptyList, type Resource, translations } from './resources.ts';
import { Unsupported } from './unsupported.ts';

const common = new Set(['title', 'meta', 'skip', 'timeout']);

/** One test of a gossfile → a check. Throws `Unsupported`, or `DeclaredProblem` with what is wrong. */
export function checkOfResource(
  type: string,
  key: string,
  resource: Resource,
  place: { id: string; source: string },
): FoundCheck {
  const translation = translations[type]!;
  const { kind, target, expects, formerly = {}, known, timeoutMs = 0 } = translation;
  const given = Object.entries(resource).map(([name, value]) => [formerly[name] ?? name, value] as const);
  for (const [name, value] of given) {
    // `goss add` writes what it has no use for as an empty list.
    if (!common.has(name) && !known.includes(name) && !expects.includes(name) && !isEmptyList(value))
      throw new Unsupported(`"${name}" of ${type}`);
  }
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
  return checkOfEntry(entry, place.source);
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

import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { nearest } from '../base/nearest.ts';
import { areaOf } from '../check/area-of.ts';
import { type Check, idsBefore } from '../check/define-check.ts';
import { roleOfKind } from '../check/instance.ts';
import { anyOf, globMatcher, isGlob, prefixesOf, withoutSlash } from './patterns.ts';
import { divideIntoShards } from './shard.ts';

export interface Selection {
  /** Ids, areas, globs on ids, or a service: `database/connects`, `database`, `web/*`, `@payments`. Empty: all. */
  patterns: readonly string[];
  /** Run only checks with one of these tags. Empty: whatever the tags. */
  tags: readonly string[];
  /** Patterns of checks not to run, not even because another is after them. */
  skip: readonly string[];
  /** Areas that are not part of the contract. Default: none. */
  areasOff?: ReadonlySet<string>;
  /** The `index`th of `count` parts of what is chosen, from 1; what these are `after` runs in each part. */
  shard?: { index: number; count: number } | undefined;
  /** Milliseconds by check ID: shards take about the same time. Default: shards of the same number of checks. */
  durations?: ReadonlyMap<string, number> | undefined;
}

/** A check with this tag runs only when a pattern or a tag names it. */
export const optInTag = 'opt-in';

/**
 * What is to run: the checks that a pattern names and that have one of the tags, and all that these are `after`, because
 * without it their failures would have no root. `skip` wins over both; what is after a check that was left out so runs.
 * `alone` leaves these out. Rejects what names nothing with a `Fault` (2) and the nearest name. Empty only where the shard
 * is: with more parts than checks, some parts have none.
 */
export function selectChecks(
  all: readonly Check[],
  { tags, shard, durations, ...named }: Selection,
  { alone = false } = {},
): Check[] {
  const [patterns, skip] = [ofServices(all, named.patterns), ofServices(all, named.skip)];
  const problems = [...unknownPatterns(all, [...patterns, ...skip]), ...unknownTags(all, tags)];
  if (problems.length > 0) {
    throw new Fault({
      code: 'unknown-check',
      message: problems[0] as string,
      details: problems.slice(1),
      hint: 'meatymusic checks list',
      exitCode: ExitCode.usage,
    });
  }
  const isNamed = anyOf(patterns);
  const isSkipped = anyOf(skip);
  const left = (id: string) => isSkipped(id) || named.areasOff?.has(areaOf(id)) === true;
  const wanted = (check: Check) => {
    if (tags.length > 0 && !tags.some((tag) => check.tags?.includes(tag))) return false;
    if (patterns.length > 0) return isNamed(check.id);
    return tags.length > 0 || !check.tags?.includes(optInTag);
  };
  const byId = new Map(all.map((check) => [check.id, check]));
  const chosen = new Set<Check>();
  const selected = all.filter((check) => wanted(check) && !left(check.id));
  if (selected.length === 0) {
    throw new Fault({
      code: 'nothing-selected',
      message: 'no check is selected: a run without checks would prove nothing',
      hint: 'meatymusic checks list',
      exitCode: ExitCode.usage,
    });
  }
  const queue = shard ? ofShard(selected, shard, durations) : selected;
  for (let check = queue.pop(); check; check = queue.pop()) {
    if (chosen.has(check) || left(check.id)) continue;
    chosen.add(check);
    for (const id of alone ? [] : idsBefore(check)) {
      const before = byId.get(id);
      if (before) queue.push(before);
    }
  }
  return all.filter((check) => chosen.has(check));
}

function ofShard(
  selected: readonly Check[],
  { index, count }: NonNullable<Selection['shard']>,
  durations: Selection['durations'],
): Check[] {
  const ids = selected.map(({ id }) => id);
  const own = new Set(divideIntoShards(ids, count, durations)[index - 1]);
  return selected.filter(({ id }) => own.has(id));
}

/** Replaces `@payments` with the ids of the checks that judge this service. */
function ofServices(all: readonly Check[], patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => {
    if (!pattern.startsWith('@')) return [pattern];
    const ids = all.filter((check) => `@${serviceJudgedBy(check)}` === pattern).map(({ id }) => id);
    return ids.length > 0 ? ids : [pattern];
  });
}

/** Returns the service that a check judges: its name, or its role on a stack with one of the kind. */
export function serviceJudgedBy({ judges, service }: Check): string | undefined {
  return service ?? (judges === undefined ? undefined : roleOfKind(judges));
}

function unknownPatterns(all: readonly Check[], patterns: readonly string[]): string[] {
  if (patterns.length === 0) return [];
  const ids = all.map(({ id }) => id);
  const known = new Set(ids);
  let areas: Set<string> | undefined;
  const isKnown = (name: string) => {
    if (known.has(name)) return true;
    areas ??= new Set(ids.flatMap(prefixesOf));
    return areas.has(name);
  };
  return patterns.flatMap((pattern) => {
    const found = isGlob(pattern) ? ids.some(globMatcher(pattern)) : isKnown(withoutSlash(pattern));
    if (found) return [];
    const names = pattern.startsWith('@')
      ? all.map((check) => `@${serviceJudgedBy(check)}`)
      : ids.flatMap((id) => [id, areaOf(id)]);
    const near = nearest(pattern, [...new Set(names)]);
    return [`no check matches "${pattern}"${near ? `; nearest: ${near}` : ''}`];
  });
}

function unknownTags(all: readonly Check[], tags: readonly string[]): string[] {
  const known = [...new Set(all.flatMap((check) => check.tags ?? []))];
  return tags.flatMap((tag) => {
    if (known.includes(tag)) return [];
    const near = nearest(tag, known);
    return [`no check has the tag "${tag}"${near ? `; nearest: ${near}` : ''}`];
  });
}

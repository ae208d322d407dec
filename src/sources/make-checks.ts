import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { nearest } from '../base/nearest.ts';
import type { Check, CheckDefinition } from '../check/define-check.ts';
import { problemsOf } from '../check/problems-of-definition.ts';
import { findCycle } from './cycle.ts';
import type { BrokenCheck, Found, FoundCheck } from './found.ts';

const mostProblemsShown = 100;

/**
 * Validates what all sources have found and returns the checks. Throws one `Fault` (78) that lists every problem: parts of
 * sources that could not be read, invalid definitions, ids that are used twice, unknown ids in `after`, and a cycle.
 */
export function makeChecks(sources: readonly Found[]): Check[] {
  const found = sources.flatMap(({ checks }) => checks);
  const unread = sources.flatMap(({ problems }) => problems);
  const checks: Check[] = [];
  const invalid: string[] = [];
  for (const each of found) {
    const problems = [...problemsOfId(each.id), ...problemsOf(each.definition)];
    if (problems.length === 0) checks.push(checkOf(each));
    else invalid.push(...problems.map((problem) => `${nameOf(each)}: ${problem}`));
  }
  const placed = [
    ...found.map(placedOf),
    ...sources.flatMap(({ broken = [] }) => broken.map(placedOfBroken)),
  ];
  // With a part that could not be read, an id that seems unknown may be defined there.
  const isComplete = !sources.some(
    ({ problems, broken = [], isIncomplete = problems.length > broken.length }) => isIncomplete,
  );
  const problems = [...unread, ...invalid, ...duplicates(placed)];
  if (isComplete) problems.push(...unknownIds(placed));
  problems.push(...unknownCodes(checks), ...cycles(placed));
  if (problems.length > 0) throw badChecks(problems);
  return checks;
}

function checkOf({ id, source, definition, isBounded = false }: FoundCheck): Check {
  return { ...(definition as CheckDefinition), id, source, isBounded };
}

/** Returns the source, with the id where it is no part of the file name. */
function nameOf({ id, source }: FoundCheck): string {
  return source.replace(/\.[a-z]+$/, '').endsWith(id) ? source : `${source}: ${id}`;
}

function problemsOfId(id: string): string[] {
  return /^[^/]+(\/[^/]+)*$/.test(id) ? [] : ['the id is not <area>/<name>'];
}

/** A check that exists, valid or not, with what is known of its order. */
interface Placed {
  id: string;
  source: string;
  before: readonly string[];
}

function placedOf({ id, source, definition }: FoundCheck): Placed {
  const { after, blockedBy } = (definition ?? {}) as { after?: unknown; blockedBy?: unknown };
  const codes = typeof blockedBy === 'object' && blockedBy !== null ? Object.keys(blockedBy) : [];
  return { id, source, before: [...new Set([...idsIn(after), ...codes])] };
}

function placedOfBroken({ id, source, after }: BrokenCheck): Placed {
  return { id, source, before: idsIn(after) };
}

function idsIn(after: unknown): string[] {
  return Array.isArray(after) ? after.filter((id) => typeof id === 'string') : [];
}

function duplicates(all: readonly Placed[]): string[] {
  const first = new Map<string, Placed>();
  return all.flatMap((each) => {
    const twin = first.get(each.id);
    if (twin) return [`${each.id}: two checks have this id: ${twin.source} and ${each.source}`];
    first.set(each.id, each);
    return [];
  });
}

function unknownIds(all: readonly Placed[]): string[] {
  const ids = new Set(all.map(({ id }) => id));
  return all.flatMap((each) =>
    each.before
      .filter((id) => !ids.has(id))
      .map((id) => {
        const near = nearest(id, [...ids]);
        return `${each.id}: is after "${id}", which does not exist${near ? `; nearest: ${near}` : ''}`;
      }),
  );
}

function unknownCodes(checks: readonly Check[]): string[] {
  const byId = new Map(checks.map((check) => [check.id, check]));
  return checks.flatMap(({ id, blockedBy = {} }) =>
    Object.entries(blockedBy).flatMap(([before, codes]) => {
      const known = byId.get(before)?.codes;
      return codes
        .filter((code) => known && !Object.hasOwn(known, code))
        .map((code) => `${id}: is blocked by the code "${code}" of ${before}, which has no such code`);
    }),
  );
}

/** Returns a problem for each group of checks that wait for each other. */
function cycles(all: readonly Placed[]): string[] {
  const before = new Map(all.map((each) => [each.id, each.before]));
  const problems: string[] = [];
  for (let cycle = findCycle(before); cycle; cycle = findCycle(before)) {
    problems.push(`${cycle.join(' → ')}: each is after the next, none can run`);
    for (const id of cycle) before.delete(id);
  }
  return problems;
}

function badChecks(problems: readonly string[]): Fault {
  const more = problems.length - mostProblemsShown;
  return new Fault({
    code: 'bad-checks',
    message: `the checks cannot be loaded: ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}`,
    details: more > 0 ? [...problems.slice(0, mostProblemsShown), `and ${more} more`] : problems,
    exitCode: ExitCode.config,
  });
}

import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { nearest } from '../base/nearest.ts';
import { type Check, type CheckDefinition, idsBefore } from '../check/define-check.ts';
import { problemsOf } from '../check/problems-of-definition.ts';
import { findCycle } from './cycle.ts';
import type { Found, FoundCheck } from './found.ts';

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
  const problems = [...unread, ...invalid, ...duplicates(found)];
  // With a part that could not be read, an id that seems unknown may be defined there.
  if (unread.length === 0) problems.push(...problemsOfOrder(checks, new Set(found.map(({ id }) => id))));
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

function duplicates(found: readonly FoundCheck[]): string[] {
  const first = new Map<string, FoundCheck>();
  return found.flatMap((each) => {
    const twin = first.get(each.id);
    if (twin) return [`${each.id}: two checks have this id: ${twin.source} and ${each.source}`];
    first.set(each.id, each);
    return [];
  });
}

function problemsOfOrder(checks: readonly Check[], ids: ReadonlySet<string>): string[] {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const problems: string[] = [];
  for (const check of checks) {
    for (const id of idsBefore(check)) {
      if (ids.has(id)) continue;
      const near = nearest(id, [...ids]);
      problems.push(`${check.id}: is after "${id}", which does not exist${near ? `; nearest: ${near}` : ''}`);
    }
  }
  for (const { id, blockedBy = {} } of checks) {
    for (const [before, codes] of Object.entries(blockedBy)) {
      const known = byId.get(before)?.codes ?? {};
      for (const code of codes.filter((each) => byId.has(before) && !Object.hasOwn(known, each)))
        problems.push(`${id}: is blocked by the code "${code}" of ${before}, which has no such code`);
    }
  }
  const cycle = findCycle(byId);
  if (cycle) problems.push(`${cycle.join(' → ')}: each is after the next, none can run`);
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

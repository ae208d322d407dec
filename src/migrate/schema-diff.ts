import { compareNames } from './migration-file.ts';

export interface SchemaDifference {
  /** `column public.users.email`. */
  object: string;
  /** Only in the first: what should be. */
  expected?: string;
  /** Only in the second: what is. */
  found?: string;
}

/** What differs between two schemas, by object, in the order of the objects. Pure. */
export function diffSchemas(expected: readonly string[], found: readonly string[]): SchemaDifference[] {
  const isExpected = new Set(expected);
  const isFound = new Set(found);
  const differences = new Map<string, SchemaDifference>();
  const at = (line: string) => {
    const object = objectOf(line);
    let difference = differences.get(object);
    if (!difference) {
      difference = { object };
      differences.set(object, difference);
    }
    return difference;
  };
  for (const line of expected) if (!isFound.has(line)) at(line).expected = line;
  for (const line of found) if (!isExpected.has(line)) at(line).found = line;
  return [...differences.values()].sort((a, b) => compareNames(a.object, b.object));
}

/** As a unified diff reads: `-` should be there, `+` is there. */
export function formatDifferences(differences: readonly SchemaDifference[]): string[] {
  return differences.flatMap(({ expected, found }) => [
    ...(expected === undefined ? [] : [`- ${expected}`]),
    ...(found === undefined ? [] : [`+ ${found}`]),
  ]);
}

/** `column public.users.email text not null` → `column public.users.email`; a grant is its whole line. */
function objectOf(line: string): string {
  const match =
    /^(schema|extension|table|view|materialized view|foreign table|column|constraint|index|policy|trigger|function|aggregate|sequence|type) ((?:"(?:[^"]|"")*"|[^\s"(])+(?:\([^)]*\))?)/.exec(
      line,
    );
  return match ? `${match[1]} ${match[2]}` : line;
}

/**
 * The schema that migrations should have led to, when they were applied to a database that already deviated: what they
 * changed, upon what was expected before. A deviation stays one until it is mended.
 */
export function carryForward(
  expectedBefore: readonly string[],
  before: readonly string[],
  after: readonly string[],
): string[] {
  const isBefore = new Set(before);
  const isAfter = new Set(after);
  const removed = new Set(before.filter((line) => !isAfter.has(line)));
  const added = after.filter((line) => !isBefore.has(line));
  const replaced = new Set(added.map(objectOf));
  const kept = expectedBefore.filter((line) => !removed.has(line) && !replaced.has(objectOf(line)));
  return [...new Set([...kept, ...added])].sort();
}

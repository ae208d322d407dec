import { compareNames } from './migration-file.ts';

export interface SchemaDifference {
  /** `column public.users.email`. */
  object: string;
  /** Lines only in the first schema: expected. */
  expected?: string;
  /** Lines only in the second schema: found. */
  found?: string;
}

/** Returns the differences of two schemas by object, in the order of the objects. */
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

/** Formats differences as in a unified diff: `-` expected, `+` found. */
export function formatDifferences(differences: readonly SchemaDifference[]): string[] {
  return differences.flatMap(({ expected, found }) => [
    ...(expected === undefined ? [] : [`- ${expected}`]),
    ...(found === undefined ? [] : [`+ ${found}`]),
  ]);
}

/** Returns the object of a line: `column public.users.email text not null` → `column public.users.email`; a grant is its whole line. */
function objectOf(line: string): string {
  const match =
    /^(schema|extension|table|view|materialized view|foreign table|column|constraint|index|policy|trigger|function|aggregate|sequence|type) ((?:"(?:[^"]|"")*"|[^\s"(])+(?:\([^)]*\))?)/.exec(
      line,
    );
  return match ? `${match[1]} ${match[2]}` : line;
}

/**
 * Returns the expected schema after migrations on a database that already deviated: their changes, applied to the schema
 * expected before. A deviation remains until it is repaired.
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

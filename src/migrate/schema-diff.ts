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
  const isPartial = (object: string) => {
    const difference = differences.get(object);
    return difference && (difference.expected === undefined || difference.found === undefined);
  };
  return [...differences.values()]
    .filter(({ object }) => !object.startsWith(ownerPrefix) || !isPartial(object.slice(ownerPrefix.length)))
    .sort((a, b) => compareNames(a.object, b.object));
}

/** The owner of an object that only one of the schemas has is no difference of its own. */
const ownerPrefix = 'owner of ';

/** Formats differences as in a unified diff: `-` expected, `+` found. */
export function formatDifferences(differences: readonly SchemaDifference[]): string[] {
  return differences.flatMap(({ expected, found }) => [
    ...(expected === undefined ? [] : [`- ${expected}`]),
    ...(found === undefined ? [] : [`+ ${found}`]),
  ]);
}

const kinds = [
  'schema',
  'extension',
  'table',
  'view',
  'materialized view',
  'foreign table',
  'column',
  'constraint',
  'index',
  'policy',
  'trigger',
  'rule',
  'function',
  'aggregate',
  'sequence',
  'type',
  'collation',
  'event trigger',
  'publication',
  'server',
];
/** Prefixes of facts about one of these objects, apart from its definition. */
const facts = ['owner of', 'options of', 'row level security of', 'replica identity of'];
const identifier = String.raw`(?:"(?:[^"]|"")*"|[^\s"(.]+)`;
const objectPattern = new RegExp(
  String.raw`^(?:(?:${facts.join('|')}) )?(?:${kinds.join('|')}) ${identifier}(?:\.${identifier})*(?:\([^)]*\))?`,
);
const definitionPattern = new RegExp(`^(?:${kinds.join('|')}) `);

/** Returns the object of a line: `column public.users.email text not null` → `column public.users.email`; a grant is its whole line. */
function objectOf(line: string): string {
  return objectPattern.exec(line)?.[0] ?? line;
}

/** Returns the number of objects that the lines define. */
export function countObjects(lines: readonly string[]): number {
  return lines.filter((line) => definitionPattern.test(line)).length;
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

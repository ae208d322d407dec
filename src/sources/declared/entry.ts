import { parseDuration } from '../../base/duration.ts';
import { nearest } from '../../base/nearest.ts';
import { excerpt } from '../../base/safe-text.ts';
import { described, number, strictMap, unknownKey, v } from '../../base/schema.ts';
import type { CheckDefinition } from '../../check/define-check.ts';
import type { Probes } from '../../check/probes.ts';
import type { FoundCheck } from '../found.ts';
import type { Kind, Observed } from './kind.ts';
import { kinds } from './kinds/index.ts';
import type { Matcher } from './matchers/compile.ts';
import { compileMatcher, matcherNames } from './matchers/matcher.ts';
import { TextLines } from './matchers/text-lines.ts';
import { shown } from './matchers/values.ts';
import { DeclaredProblem } from './problem.ts';

const duration = v.union([v.string(), number(Number.MIN_VALUE)]);

/** What every entry may say, whatever its kind. */
export const commonShape = {
  id: described(
    v.pipe(v.string(), v.regex(/^[a-zA-Z0-9][\w.:-]*(\/[\w.:-]+)+$/, 'must be <area>/<name>')),
    '<area>/<name>',
  ),
  kind: described(v.string(), 'Kind of the check'),
  title: described(v.optional(v.string()), 'Title; default: from the kind'),
  why: described(v.optional(v.string()), 'Why it matters'),
  hint: described(v.optional(v.string()), 'What to do next when it fails'),
  after: described(v.optional(v.array(v.string())), 'Checks that must pass before this one runs'),
  level: described(
    v.optional(v.picklist(['required', 'advisory'])),
    'An advisory failure does not fail the run',
  ),
  tags: described(v.optional(v.array(v.string())), 'Tags'),
  timeout: described(v.optional(duration), 'Longest time of an attempt: 500ms, 2s'),
  skip: described(v.optional(v.union([v.boolean(), v.string()])), 'Do not run it; a text is the reason'),
};

const commonSchema = strictMap(commonShape);

/** The schema of one kind's entries. `expectation` is the schema of an expectation of an attribute. */
export function entrySchema(kind: Kind, expectation: v.GenericSchema, more: v.ObjectEntries = {}) {
  const attributes = Object.fromEntries(
    Object.entries(kind.attributes).map(([name, about]) => [name, described(v.optional(expectation), about)]),
  );
  return strictMap({
    ...commonShape,
    kind: described(v.literal(kind.name), kind.about),
    ...kind.target,
    ...attributes,
    ...more,
  });
}

const schemas = new Map<string, ReturnType<typeof entrySchema>>();

/** The schema that entries of a kind are judged by; made when the first one is met. */
function schemaOf(kind: Kind): ReturnType<typeof entrySchema> {
  const schema = schemas.get(kind.name) ?? entrySchema(kind, v.unknown());
  schemas.set(kind.name, schema);
  return schema;
}

/** Shared by all declared checks: ten thousand of them need one. */
const codes = {
  unreachable: { means: 'there was no answer to judge', hint: 'meatymusic status' },
  refused: { means: 'the server answered with an error of its own', hint: 'look at the evidence' },
  mismatch: { means: 'the observed value is not the expected one', hint: 'look at the evidence' },
} as const;

const unprovable = 'a declared check defines no sabotage; `meatymusic checks new` writes one that does';

interface Expectation {
  attribute: string;
  matcher: Matcher;
}

/** Compiles an entry, its variables filled in, to a definition. Throws a `DeclaredProblem`. */
export function checkOfEntry(entry: unknown, source: string): FoundCheck {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw new DeclaredProblem([], 'a check must be a map');
  }
  const given = entry as Record<string, unknown>;
  const kind = kinds.get(String(given.kind));
  if (!kind) {
    const near = nearest(String(given.kind), [...kinds.keys()]);
    const known = near ? `did you mean "${near}"?` : `known: ${[...kinds.keys()].join(', ')}`;
    throw new DeclaredProblem(
      given.kind === undefined ? [] : ['kind'],
      given.kind === undefined ? `has no kind; ${known}` : `there is no kind "${given.kind}"; ${known}`,
    );
  }
  const parsed = v.safeParse(schemaOf(kind), given);
  if (!parsed.success) throw problemOf(parsed.issues, kind);
  const data = parsed.output as Record<string, unknown> & v.InferOutput<typeof commonSchema>;
  const expectations: Expectation[] = [];
  for (const attribute in kind.attributes) {
    if (!(attribute in given)) continue;
    expectations.push(expectationOf(kind, attribute, given[attribute]));
  }
  for (const attribute in kind.implied)
    expectations.push({ attribute, matcher: compileMatcher(kind.implied[attribute], []) });
  if (expectations.length === 0 && !data.skip) {
    throw new DeclaredProblem([], `has no expectation; possible: ${Object.keys(kind.attributes).join(', ')}`);
  }
  const timeoutMs =
    data.timeout === undefined
      ? undefined
      : typeof data.timeout === 'number'
        ? data.timeout
        : parseDuration(data.timeout);
  if (data.timeout !== undefined && timeoutMs === undefined)
    throw new DeclaredProblem(['timeout'], 'is not a duration (write 500ms, 2s)');
  const asked = new Set(expectations.map(({ attribute }) => attribute));
  const title = withoutPasswords(data.title ?? kind.title(data));
  const definition: CheckDefinition = {
    title,
    failureTitle: data.title ? `Not met: ${title}` : `${title} is not as expected`,
    why: data.why ?? `Declared in ${source}.`,
    needs: kind.needs,
    uses: kind.uses?.(data) ?? [],
    effects: kind.effects?.(data) ?? 'none',
    codes: data.hint
      ? {
          unreachable: { ...codes.unreachable, hint: data.hint },
          refused: { ...codes.refused, hint: data.hint },
          mismatch: { ...codes.mismatch, hint: data.hint },
        }
      : codes,
    ...(data.after ? { after: data.after } : {}),
    ...(data.level ? { level: data.level } : {}),
    tags: data.tags ?? noTags,
    ...(timeoutMs ? { timeoutMs } : {}),
    unprovable,
    async run(context) {
      if (data.skip) return context.skip(typeof data.skip === 'string' ? data.skip : 'disabled in its file');
      const seen = await kind.observe({
        target: data,
        probes: context as unknown as Probes,
        stack: context.stack,
        expected: asked,
      });
      if (seen.skip) return context.skip(seen.skip.reason, seen.skip.enable);
      const judged = judgedOf(kind, expectations, seen);
      const unmet = judged.filter(({ attribute, matcher }) => !holds(seen, attribute, matcher));
      if (unmet.length === 0) {
        const count = judged.length;
        return context.pass(
          summaryOf(seen, judged),
          // Without an observed value, an expectation that holds proves nothing: the engine makes a failure of it.
          seen.examined.count === 0
            ? [seen.examined]
            : [seen.examined, { count, what: count === 1 ? 'expectation' : 'expectations' }],
          seen.evidence,
        );
      }
      const expected = unmet.map(({ attribute, matcher }) => `${attribute} ${matcher.text}`).join('; ');
      if (seen.failure)
        return context.fail(seen.failure.isOfServer ? 'refused' : 'unreachable', {
          expected,
          actual: seen.failure.message,
          evidence: seen.evidence,
        });
      const found = unmet.map(({ attribute }) => `${attribute} is ${valueText(seen.attributes[attribute])}`);
      const actual = [...found, ...(seen.note ? [seen.note] : [])].join('; ');
      return context.fail('mismatch', { expected, actual, evidence: seen.evidence });
    },
  };
  return { id: data.id, source, definition, isBounded: kind.isBounded?.(data) === true };
}

/** Removes passwords of URLs, which titles contain. */
function withoutPasswords(text: string): string {
  return !text.includes('@') ? text : text.replace(/(:\/\/[^:@/\s]*):[^@/\s]*@/g, '$1:*****@');
}

const noTags = ['declared'];

/** Headers may be expected by name; everything else by a matcher of the whole. */
function expectationOf(kind: Kind, attribute: string, raw: unknown): Expectation {
  if (kind.name === 'http' && attribute === 'headers') {
    const names =
      typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? Object.keys(raw) : undefined;
    if (!names || names.some((name) => matcherNames.includes(name))) {
      return { attribute: 'header-lines', matcher: compileMatcher(raw, [attribute]) };
    }
    const wanted = Object.fromEntries(
      Object.entries(raw as object).map(([name, each]) => [name.toLowerCase(), each]),
    );
    return { attribute, matcher: compileMatcher({ 'have-key-with-value': wanted }, [attribute]) };
  }
  return { attribute, matcher: compileMatcher(raw, [attribute]) };
}

/** Returns the expectations to judge: of a target that does not exist, its absence alone, as goss does. */
function judgedOf({ presence }: Kind, expectations: Expectation[], seen: Observed): Expectation[] {
  if (presence === undefined || seen.attributes[presence] !== false) return expectations;
  const absence = expectations.filter(({ attribute }) => attribute === presence);
  return absence.length > 0 ? absence : expectations;
}

function holds({ attributes }: Observed, attribute: string, matcher: Matcher): boolean {
  const value = attributes[attribute];
  return value !== undefined && matcher.test(value) === true;
}

function summaryOf(seen: Observed, expectations: Expectation[]): string {
  const parts: string[] = [];
  for (const { attribute } of expectations.slice(0, 3)) {
    const value = seen.attributes[attribute];
    if (typeof value !== 'object') parts.push(`${attribute} ${excerpt(String(value), 60)}`);
  }
  return parts.join(', ') || 'as expected';
}

function valueText(value: unknown): string {
  if (value === undefined) return 'not there';
  if (value instanceof TextLines && value.text === '') return 'empty';
  return shown(value);
}

/** Returns one problem that holds all of them: keys that are not known first, without the keys that these are meant to be. */
function problemOf(issues: readonly v.BaseIssue<unknown>[], kind: Kind): DeclaredProblem {
  const known = [...Object.keys(commonShape), ...Object.keys(kind.target), ...Object.keys(kind.attributes)];
  const meant = new Set<string>();
  const mistyped: DeclaredProblem[] = [];
  const others: DeclaredProblem[] = [];
  for (const { message, path: items = [] } of issues) {
    const path = items.map(({ key }) => key as string | number);
    const key = String(path.at(-1));
    if (message !== unknownKey) {
      others.push(new DeclaredProblem(path, `${path.join('.') || 'the entry'} ${message}`));
      continue;
    }
    const near = nearest(key, known);
    if (near) meant.add(near);
    mistyped.push(
      new DeclaredProblem(path, `${kind.name} has no "${key}"${near ? `; did you mean "${near}"?` : ''}`),
    );
  }
  const [first, ...rest] = [...mistyped, ...others.filter(({ path }) => !meant.has(path.join('.')))];
  return new DeclaredProblem(first?.path ?? [], first?.message ?? 'the entry is invalid', rest);
}

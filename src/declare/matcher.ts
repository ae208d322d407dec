import { isDeepStrictEqual } from 'node:util';
import { goRegExp } from './go-regexp.ts';
import { compileJsonQuery, nothing } from './json-query.ts';
import { DeclaredProblem } from './problem.ts';
import { satisfiesRange } from './semver-range.ts';
import { linesOf, TextLines } from './text-lines.ts';

/** A compiled expectation: what it asks for in words, and whether a value is that. */
export interface Matcher {
  readonly text: string;
  test(value: unknown): boolean;
}

/** Where in the entry the expectation stands, for messages. */
type Path = readonly (string | number)[];

/** Names that read better in a file of ours, and goss's own. */
const aliases: Record<string, string> = {
  equals: 'equal',
  'starts-with': 'have-prefix',
  'ends-with': 'have-suffix',
  regexp: 'match-regexp',
  length: 'have-len',
  'has-key': 'have-key',
  'any-order': 'consist-of',
  json: 'gjson',
};

type Compile = (argument: unknown, path: Path) => Matcher;

const compilers: Record<string, Compile> = {
  equal: (argument) => ({
    text: `equals ${shown(argument)}`,
    test: (value) => equals(value, argument),
  }),
  not: (argument, path) => {
    const inner = compileMatcher(argument, path);
    return { text: `not (${inner.text})`, test: (value) => !inner.test(value) };
  },
  and: (argument, path) =>
    all(listOf(argument, path).map((item, index) => compileMatcher(item, [...path, index]))),
  or: (argument, path) => {
    const some = listOf(argument, path).map((item, index) => compileMatcher(item, [...path, index]));
    return {
      text: some.map(({ text }) => text).join(' or '),
      test: (value) => some.some((each) => each.test(value)),
    };
  },
  gt: numeric('>', (a, b) => a > b),
  ge: numeric('>=', (a, b) => a >= b),
  lt: numeric('<', (a, b) => a < b),
  le: numeric('<=', (a, b) => a <= b),
  'have-prefix': ofString('starts with', (text, wanted) => text.startsWith(wanted)),
  'have-suffix': ofString('ends with', (text, wanted) => text.endsWith(wanted)),
  'contain-substring': ofString('contains', (text, wanted) => text.includes(wanted)),
  'match-regexp': (argument, path) => {
    const pattern = regexpOf(stringOf(argument, path), path);
    return {
      text: `matches /${pattern.source}/${pattern.flags.replace('u', '')}`,
      test: (value) => {
        const text = toText(value);
        return text !== undefined && pattern.test(text);
      },
    };
  },
  contains: (argument, path) => {
    if (Array.isArray(argument)) return compilers['contain-elements']!(argument, path);
    if (typeof argument !== 'string') return compilers['contain-element']!(argument, path);
    return {
      text: `contains ${shown(argument)}`,
      test: (value) =>
        Array.isArray(value) ? value.includes(argument) : (toText(value)?.includes(argument) ?? false),
    };
  },
  'contain-element': (argument, path) => {
    const inner = compileMatcher(argument, path);
    return {
      text: `has an element that ${inner.text}`,
      test: (value) => toList(value)?.some((item) => inner.test(item)) ?? false,
    };
  },
  'contain-elements': (argument, path) => elements(argument, path, false),
  'consist-of': (argument, path) => elements(argument, path, true),
  'have-len': (argument, path) => {
    const wanted =
      typeof argument === 'number' ? compilers.equal!(argument, path) : compileMatcher(argument, path);
    return { text: `has a length that ${wanted.text}`, test: (value) => wanted.test(lengthOf(value)) };
  },
  'have-key': (argument, path) => {
    const inner = compileMatcher(argument, path);
    return {
      text: `has a key that ${inner.text}`,
      test: (value) => isMap(value) && Object.keys(value).some((key) => inner.test(key)),
    };
  },
  keys: (argument, path) => {
    const names = listOf(argument, path).map((name) => stringOf(name, path));
    return {
      text: `has the keys ${names.join(', ')}`,
      test: (value) => isMap(value) && names.every((name) => Object.hasOwn(value, name)),
    };
  },
  'have-key-with-value': (argument, path) => {
    const wanted = Object.entries(mapOf(argument, path)).map(
      ([key, each]) => [key, compileMatcher(each, [...path, key])] as const,
    );
    return {
      text: `has ${wanted.map(([key, each]) => `${key} that ${each.text}`).join(', ')}`,
      test: (value) =>
        isMap(value) && wanted.every(([key, each]) => Object.hasOwn(value, key) && each.test(value[key])),
    };
  },
  'semver-constraint': (argument, path) => semverMatcher(argument, path, false),
  /** As above, and takes `v1.2`, which a program prints of itself, for a version. */
  semver: (argument, path) => semverMatcher(argument, path, true),
  gjson: (argument, path) => {
    const queries = Object.entries(mapOf(argument, path)).map(([query, each]) => {
      const inner = compileMatcher(each, [...path, query]);
      try {
        return { query, find: compileJsonQuery(query), inner };
      } catch (error) {
        throw new DeclaredProblem([...path, query], (error as Error).message);
      }
    });
    return {
      text: `is JSON whose ${queries.map(({ query, inner }) => `${query} ${inner.text}`).join(' and ')}`,
      test: (value) => {
        const json = toJson(value);
        if (json === nothing) return false;
        return queries.every(({ find, inner }) => {
          const found = find(json);
          return found !== nothing && inner.test(found);
        });
      },
    };
  },
};

/** For editors and messages: every name that may stand in an expectation. */
export const matcherNames: readonly string[] = [...Object.keys(compilers), ...Object.keys(aliases)];

/**
 * What a person wrote → what can be tested. A string, number or boolean asks for that value, the observed one converted
 * to its type; a list asks text for patterns line by line (`text`, `!text`, `/pattern/`) and lists for elements in any order;
 * a map names matchers, all of which must hold. Throws `DeclaredProblem`.
 */
export function compileMatcher(raw: unknown, path: Path): Matcher {
  if (raw === null || raw === undefined) throw new DeclaredProblem(path, 'an expectation is missing');
  if (typeof raw === 'string') {
    return { text: `is ${shown(raw)}`, test: (value) => toText(value) === raw };
  }
  if (typeof raw === 'number') {
    return { text: `is ${raw}`, test: (value) => toNumber(value) === raw };
  }
  if (typeof raw === 'boolean') {
    return { text: `is ${raw}`, test: (value) => value === raw };
  }
  if (Array.isArray(raw)) return listMatcher(raw, path);
  const entries = Object.entries(raw as Record<string, unknown>);
  if (entries.length === 0)
    throw new DeclaredProblem(path, 'an empty expectation always holds; say what is expected');
  return all(
    entries.map(([name, argument]) => {
      const compile = Object.hasOwn(compilers, aliases[name] ?? name)
        ? compilers[aliases[name] ?? name]
        : undefined;
      if (!compile) throw new DeclaredProblem([...path, name], `there is no matcher "${name}"`);
      return compile(argument, [...path, name]);
    }),
  );
}

function listMatcher(raw: unknown[], path: Path): Matcher {
  if (raw.length === 0)
    throw new DeclaredProblem(path, 'an empty list of expectations always holds; say what is expected');
  const asElements = compilers['contain-elements']!(raw, path);
  const asPatterns = all(raw.map((item, index) => linePattern(item, [...path, index])));
  return {
    text: raw.every((item) => typeof item === 'string')
      ? `has ${raw.map(shown).join(', ')}`
      : asElements.text,
    test: (value) => (value instanceof TextLines ? asPatterns.test(value) : asElements.test(value)),
  };
}

/** One item of a list about text: `text`, `!text`, `\!text`, `/pattern/`, `!/pattern/`, or a matcher that some line must meet. */
function linePattern(item: unknown, path: Path): Matcher {
  if (typeof item !== 'string') {
    if (typeof item === 'number') return linePattern(String(item), path);
    return compilers['contain-element']!(item, path);
  }
  const inverse = item.startsWith('!');
  const rest = inverse ? item.slice(1) : item.replace(/^\\!/, '!');
  const isPattern = rest.length > 1 && rest.startsWith('/') && rest.endsWith('/');
  const pattern = isPattern ? regexpOf(rest.slice(1, -1), path) : undefined;
  const wanted = rest.replace(/^\\\//, '/');
  const some = (value: TextLines) =>
    value.lines.some((line) => (pattern ? pattern.test(line) : line.includes(wanted)));
  return {
    text: `${inverse ? 'no' : 'a'} line ${pattern ? 'matches' : 'contains'} ${shown(rest)}`,
    test: (value) => some(value as TextLines) !== inverse,
  };
}

function all(matchers: Matcher[]): Matcher {
  if (matchers.length === 1) return matchers[0]!;
  return {
    text: matchers.map(({ text }) => text).join(' and '),
    test: (value) => matchers.every((each) => each.test(value)),
  };
}

/** Each expectation needs an element of its own: `[a, a]` is not met by one `a`. */
function elements(argument: unknown, path: Path, exact: boolean): Matcher {
  const wanted = listOf(argument, path).map((item, index) => compileMatcher(item, [...path, index]));
  return {
    text: `${exact ? 'consists of' : 'has'} elements: ${wanted.map(({ text }) => text).join(', ')}`,
    test: (value) => {
      const found = toList(value);
      if (!found || (exact && found.length !== wanted.length)) return false;
      const takenBy = new Map<number, number>();
      const place = (want: number, seen: Set<number>): boolean =>
        found.some((item, at) => {
          if (seen.has(at) || !wanted[want]!.test(item)) return false;
          seen.add(at);
          const holder = takenBy.get(at);
          if (holder !== undefined && !place(holder, seen)) return false;
          takenBy.set(at, want);
          return true;
        });
      return wanted.every((_each, index) => place(index, new Set()));
    },
  };
}

function semverMatcher(argument: unknown, path: Path, lenient: boolean): Matcher {
  const range = stringOf(argument, path);
  const satisfies = satisfiesRange(range, lenient);
  if (!satisfies) throw new DeclaredProblem(path, `"${range}" is not a semver range`);
  return {
    text: `is a version in ${range}`,
    test: (value) => {
      const versions = toList(value) ?? [];
      return (
        versions.length > 0 && versions.every((version) => typeof version === 'string' && satisfies(version))
      );
    },
  };
}

function numeric(sign: string, compare: (a: number, b: number) => boolean): Compile {
  return (argument, path) => {
    const wanted = toNumber(argument);
    if (wanted === undefined) throw new DeclaredProblem(path, `needs a number, not ${shown(argument)}`);
    return {
      text: `is ${sign} ${wanted}`,
      test: (value) => {
        const found = toNumber(value);
        return found !== undefined && compare(found, wanted);
      },
    };
  };
}

function ofString(verb: string, compare: (text: string, wanted: string) => boolean): Compile {
  return (argument, path) => {
    const wanted = stringOf(argument, path);
    return {
      text: `${verb} ${shown(wanted)}`,
      test: (value) => {
        const text = toText(value);
        return text !== undefined && compare(text, wanted);
      },
    };
  };
}

function regexpOf(source: string, path: Path): RegExp {
  try {
    return goRegExp(source);
  } catch (error) {
    throw new DeclaredProblem(path, (error as Error).message);
  }
}

function equals(value: unknown, wanted: unknown): boolean {
  if (value instanceof TextLines)
    return isDeepStrictEqual(Array.isArray(wanted) ? value.lines : value.text, wanted);
  return isDeepStrictEqual(value, wanted);
}

function stringOf(argument: unknown, path: Path): string {
  if (typeof argument === 'string') return argument;
  if (typeof argument === 'number') return String(argument);
  throw new DeclaredProblem(path, `needs a text, not ${shown(argument)}`);
}

function listOf(argument: unknown, path: Path): unknown[] {
  if (!Array.isArray(argument)) throw new DeclaredProblem(path, `needs a list, not ${shown(argument)}`);
  if (argument.length === 0) throw new DeclaredProblem(path, 'an empty list of expectations always holds');
  return argument;
}

function mapOf(argument: unknown, path: Path): Record<string, unknown> {
  if (!isMap(argument)) throw new DeclaredProblem(path, `needs a map, not ${shown(argument)}`);
  if (Object.keys(argument).length === 0)
    throw new DeclaredProblem(path, 'an empty map of expectations always holds');
  return argument;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof TextLines)
  );
}

function toText(value: unknown): string | undefined {
  if (value instanceof TextLines) return value.text;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 1 ? toText(value[0]) : `[${value.map(toText).join(' ')}]`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const text = toText(value)?.trim();
  if (!text) return undefined;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function toList(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof TextLines) return value.lines;
  return typeof value === 'string' ? linesOf(value, '\n') : undefined;
}

function toJson(value: unknown): unknown {
  const text = value instanceof TextLines ? value.text : value;
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return nothing;
  }
}

function lengthOf(value: unknown): number | undefined {
  if (value instanceof TextLines) return Buffer.byteLength(value.text);
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : undefined;
}

/** A value as a person reads it, cut. */
export function shown(value: unknown): string {
  const plain = value instanceof TextLines ? value.text : value;
  const text = JSON.stringify(plain) ?? String(plain);
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}

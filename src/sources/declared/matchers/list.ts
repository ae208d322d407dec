import { DeclaredProblem } from '../problem.ts';
import { listOf, regexpOf } from './arguments.ts';
import { all, type Compile, type CompileMatcher, type Matcher, type Path, someOf } from './compile.ts';
import { TextLines } from './text-lines.ts';
import { shown, toList, toText } from './values.ts';

/** Matchers of the elements of a list, or of the lines of a text. */
export const listMatchers: Record<string, Compile> = {
  'contain-element': (argument, path, inner) => {
    const element = inner(argument, path);
    return {
      text: `has an element that ${element.text}`,
      test: (value) => {
        const items = toList(value);
        return items && someOf(items, element);
      },
    };
  },
  'contain-elements': (argument, path, inner) => elements(argument, path, inner, false),
  'consist-of': (argument, path, inner) => elements(argument, path, inner, true),
  contains: (argument, path, inner) => {
    if (Array.isArray(argument)) return elements(argument, path, inner, false);
    if (typeof argument !== 'string') return listMatchers['contain-element']!(argument, path, inner);
    return {
      text: `contains ${shown(argument)}`,
      test: (value) => (Array.isArray(value) ? value.includes(argument) : toText(value)?.includes(argument)),
    };
  },
};

/** A list as an expectation: patterns of the lines of a text, elements of everything else. */
export function listMatcher(raw: unknown[], path: Path, inner: CompileMatcher): Matcher {
  if (raw.length === 0)
    throw new DeclaredProblem(path, 'an empty list of expectations always holds; say what is expected');
  // Compiled at once where something in it may be wrong; of texts only when there is a list to look at.
  const areTexts = raw.every((item) => typeof item === 'string');
  let elementwise = areTexts ? undefined : elements(raw, path, inner, false);
  const asPatterns = all(raw.map((item, index) => linePattern(item, [...path, index], inner)));
  return {
    text: elementwise ? elementwise.text : `has ${raw.map(shown).join(', ')}`,
    test(value) {
      if (value instanceof TextLines) return asPatterns.test(value);
      elementwise ??= elements(raw, path, inner, false);
      return elementwise.test(value);
    },
  };
}

/** One item of a list about text: `text`, `!text`, `\!text`, `/pattern/`, `!/pattern/`, or a matcher that some line must meet. */
function linePattern(item: unknown, path: Path, inner: CompileMatcher): Matcher {
  if (typeof item === 'number') return linePattern(String(item), path, inner);
  if (typeof item !== 'string') return listMatchers['contain-element']!(item, path, inner);
  const inverse = item.startsWith('!');
  const rest = inverse ? item.slice(1) : item.startsWith('\\!') ? item.slice(1) : item;
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

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

/** Each expectation needs an element of its own: `[a, a]` is not met by one `a`. */
function elements(argument: unknown, path: Path, inner: CompileMatcher, exact: boolean): Matcher {
  // No element at all is an expectation as well: the list must be empty.
  const items = exact && isEmptyList(argument) ? [] : listOf(argument, path);
  const wanted = items.map((item, index) => inner(item, [...path, index]));
  return {
    text: `${exact ? 'consists of' : 'has'} elements: ${wanted.map(({ text }) => text).join(', ')}`,
    test: (value) => {
      const found = toList(value);
      if (!found) return undefined;
      if (exact && found.length !== wanted.length) return false;
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

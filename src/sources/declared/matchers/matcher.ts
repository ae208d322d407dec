import { nearest } from '../../../base/nearest.ts';
import { DeclaredProblem } from '../problem.ts';
import { all, type Compile, type Matcher, type Path } from './compile.ts';
import { listMatcher, listMatchers } from './list.ts';
import { structureMatchers } from './structure.ts';
import { textMatchers } from './text.ts';
import { shown, toNumber, toText } from './values.ts';

const compilers: Record<string, Compile> = { ...structureMatchers, ...textMatchers, ...listMatchers };

/** Names that read better in a file of ours, for goss's own. */
export const aliases: Readonly<Record<string, string>> = {
  equals: 'equal',
  'starts-with': 'have-prefix',
  'ends-with': 'have-suffix',
  regexp: 'match-regexp',
  length: 'have-len',
  'has-key': 'have-key',
  'any-order': 'consist-of',
  json: 'gjson',
};

/** For editors and messages: every name that an expectation may have. */
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
    if (Number.isInteger(raw) && !Number.isSafeInteger(raw))
      throw new DeclaredProblem(
        path,
        `${raw} is above 2^53, where numbers are not exact; write it in quotes`,
      );
    return {
      text: `is ${raw}`,
      test: (value) => {
        const found = toNumber(value);
        return found === undefined ? undefined : found === raw;
      },
    };
  }
  if (typeof raw === 'boolean') {
    return { text: `is ${raw}`, test: (value) => value === raw };
  }
  if (Array.isArray(raw)) return listMatcher(raw, path, compileMatcher);
  const entries = Object.entries(raw as Record<string, unknown>);
  if (entries.length === 0)
    throw new DeclaredProblem(path, 'an empty expectation always holds; say what is expected');
  return all(
    entries.map(([name, argument]) => {
      const compile = compilerOf(name);
      if (!compile) {
        const near = nearest(name, [...matcherNames]);
        const hint = near ? `; did you mean "${near}"?` : '';
        throw new DeclaredProblem([...path, name], `there is no matcher "${name}"${hint}`);
      }
      return compile(argument, [...path, name], compileMatcher);
    }),
  );
}

function compilerOf(name: string): Compile | undefined {
  const full = Object.hasOwn(aliases, name) ? aliases[name]! : name;
  return Object.hasOwn(compilers, full) ? compilers[full] : undefined;
}

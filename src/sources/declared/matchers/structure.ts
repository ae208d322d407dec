import { DeclaredProblem } from '../problem.ts';
import { listOf, mapOf, stringOf } from './arguments.ts';
import { all, type Compile, everyJudgement, firstOther, someOf } from './compile.ts';
import { compileJsonQuery, nothing } from './json-query.ts';
import { equals, isMap, lengthOf, shown, toJson } from './values.ts';

/** Matchers of a whole, of its keys and of what is inside JSON; and those that join others. */
export const structureMatchers: Record<string, Compile> = {
  equal: (argument) => ({
    text: `equals ${shown(argument)}`,
    test: (value) => equals(value, argument),
  }),
  not: (argument, path, inner) => {
    const negated = inner(argument, path);
    return {
      text: `not (${negated.text})`,
      test: (value) => {
        const judgement = negated.test(value);
        return judgement === undefined ? undefined : !judgement;
      },
    };
  },
  and: (argument, path, inner) =>
    all(listOf(argument, path).map((item, index) => inner(item, [...path, index]))),
  or: (argument, path, inner) => {
    const some = listOf(argument, path).map((item, index) => inner(item, [...path, index]));
    return {
      text: some.map(({ text }) => text).join(' or '),
      test: (value) => firstOther(some, value, false),
    };
  },
  'have-len': (argument, path, inner) => {
    const wanted = inner(typeof argument === 'number' ? { equal: argument } : argument, path);
    return {
      text: `has a length that ${wanted.text}`,
      test: (value) => {
        const length = lengthOf(value);
        return length === undefined ? undefined : wanted.test(length);
      },
    };
  },
  'have-key': (argument, path, inner) => {
    const wanted = inner(argument, path);
    return {
      text: `has a key that ${wanted.text}`,
      test: (value) => (isMap(value) ? someOf(Object.keys(value), wanted) : undefined),
    };
  },
  keys: (argument, path) => {
    const names = listOf(argument, path).map((name) => stringOf(name, path));
    return {
      text: `has the keys ${names.join(', ')}`,
      test: (value) => (isMap(value) ? names.every((name) => Object.hasOwn(value, name)) : undefined),
    };
  },
  'have-key-with-value': (argument, path, inner) => {
    const wanted = Object.entries(mapOf(argument, path)).map(
      ([key, each]) => [key, inner(each, [...path, key])] as const,
    );
    return {
      text: `has ${wanted.map(([key, each]) => `${key} that ${each.text}`).join(', ')}`,
      test: (value) =>
        isMap(value)
          ? everyJudgement(wanted, ([key, each]) => Object.hasOwn(value, key) && each.test(value[key]))
          : undefined,
    };
  },
  gjson: (argument, path, inner) => {
    const queries = Object.entries(mapOf(argument, path)).map(([query, each]) => {
      const wanted = inner(each, [...path, query]);
      try {
        return { query, find: compileJsonQuery(query), wanted };
      } catch (error) {
        throw new DeclaredProblem([...path, query], (error as Error).message);
      }
    });
    return {
      text: `is JSON whose ${queries.map(({ query, wanted }) => `${query} ${wanted.text}`).join(' and ')}`,
      test: (value) => {
        const json = toJson(value);
        return everyJudgement(queries, ({ find, wanted }) => {
          const found = find(json);
          return found === nothing ? undefined : wanted.test(found);
        });
      },
    };
  },
};

import { DeclaredProblem } from '../problem.ts';
import { numberOf, regexpOf, stringOf } from './arguments.ts';
import type { Compile } from './compile.ts';
import { satisfiesRange } from './semver-range.ts';
import { shown, toList, toNumber, toText } from './values.ts';

/** Matchers of one text or number. */
export const textMatchers: Record<string, Compile> = {
  gt: numeric('>', (a, b) => a > b),
  ge: numeric('>=', (a, b) => a >= b),
  lt: numeric('<', (a, b) => a < b),
  le: numeric('<=', (a, b) => a <= b),
  'have-prefix': ofText('starts with', (text, wanted) => text.startsWith(wanted)),
  'have-suffix': ofText('ends with', (text, wanted) => text.endsWith(wanted)),
  'contain-substring': ofText('contains', (text, wanted) => text.includes(wanted)),
  'match-regexp': (argument, path) => {
    const pattern = regexpOf(stringOf(argument, path), path);
    return {
      text: `matches /${stringOf(argument, path)}/`,
      test: (value) => {
        const text = toText(value);
        return text === undefined ? undefined : pattern.test(text);
      },
    };
  },
  'semver-constraint': semver(false),
  /** As above, and takes `v1.2`, which a program prints of itself, for a version. */
  semver: semver(true),
};

function numeric(sign: string, compare: (a: number, b: number) => boolean): Compile {
  return (argument, path) => {
    const wanted = numberOf(argument, path);
    return {
      text: `is ${sign} ${wanted}`,
      test: (value) => {
        const found = toNumber(value);
        return found === undefined ? undefined : compare(found, wanted);
      },
    };
  };
}

function ofText(verb: string, compare: (text: string, wanted: string) => boolean): Compile {
  return (argument, path) => {
    const wanted = stringOf(argument, path);
    return {
      text: `${verb} ${shown(wanted)}`,
      test: (value) => {
        const text = toText(value);
        return text === undefined ? undefined : compare(text, wanted);
      },
    };
  };
}

/** Every version of a list must be in the range. */
function semver(lenient: boolean): Compile {
  return (argument, path) => {
    const range = stringOf(argument, path);
    const satisfies = satisfiesRange(range, lenient);
    if (!satisfies) throw new DeclaredProblem(path, `"${range}" is not a semver range`);
    return {
      text: `is a version in ${range}`,
      test: (value) => {
        const versions = toList(value) ?? [];
        if (versions.length === 0) return undefined;
        const judgements = versions.map((version) =>
          typeof version === 'string' ? satisfies(version) : undefined,
        );
        return judgements.includes(undefined) ? undefined : !judgements.includes(false);
      },
    };
  };
}

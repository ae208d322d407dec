// Not the whole of the package, which would be read for every file of declared checks.
import Range from 'semver/classes/range.js';
import type SemVer from 'semver/classes/semver.js';
import coerce from 'semver/functions/coerce.js';
import parse from 'semver/functions/parse.js';
import type { Judgement } from './compile.ts';

/** `!=1.5.0`, `!1.5.x` */
const exclusion = /!=?\s*(v?\d[^\s<>=!]*)/g;

/** A range in goss's syntax, which has `!=` beside what npm's has; `undefined` where it is none. */
export function satisfiesRange(
  range: string,
  lenientVersion = false,
): ((version: string) => Judgement) | undefined {
  const alternatives: { range: Range; except: Range[] }[] = [];
  for (const part of range.split('||')) {
    const except = [...part.matchAll(exclusion)].map((match) => rangeOf(match[1]!));
    const included = part.replace(exclusion, ' ').replace(/==/g, '=').trim();
    const rest = rangeOf(included === '' && except.length > 0 ? '*' : included);
    if (!rest || !except.every((each) => each !== undefined)) return undefined;
    alternatives.push({ range: rest, except });
  }
  return (text) => {
    const version = lenientVersion ? (parse(text, { loose: true }) ?? lenient(text)) : strict(text);
    if (!version) return undefined;
    return alternatives.some(
      ({ range: each, except }) => each.test(version) && !except.some((other) => other.test(version)),
    );
  };
}

/** Returns a range in the syntax of npm, except that an empty text is none. */
function rangeOf(text: string): Range | undefined {
  if (text === '') return undefined;
  try {
    return new Range(text, { includePrerelease: true });
  } catch {
    return undefined;
  }
}

/** `1.2` and `v1` are versions too. */
function lenient(text: string): SemVer | null {
  return /^\s*v?\d+(\.\d+){0,2}\s*$/.test(text) ? coerce(text) : null;
}

function strict(text: string): SemVer | null {
  return /^\d/.test(text) ? parse(text) : null;
}

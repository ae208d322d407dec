// Not the whole of the package, which would be read for every file of declared checks.
import Range from 'semver/classes/range.js';
import type SemVer from 'semver/classes/semver.js';
import coerce from 'semver/functions/coerce.js';
import parse from 'semver/functions/parse.js';
import type { Judgement } from './compile.ts';

/** A range in goss's syntax, which has `!=` beside what npm's has; `undefined` where it is none. */
export function satisfiesRange(
  range: string,
  lenientVersion = false,
): ((version: string) => Judgement) | undefined {
  const alternatives: { range: Range; except: string[] }[] = [];
  for (const part of range.split('||')) {
    const except = [...part.matchAll(/!=?\s*v?([\d.]+\S*)/g)].map((match) => match[1]!);
    const rest = part
      .replace(/!=?\s*v?[\d.]+\S*/g, ' ')
      .replace(/==/g, '=')
      .trim();
    if (rest === '' && except.length === 0) return undefined;
    try {
      alternatives.push({ range: new Range(rest || '*', { includePrerelease: true }), except });
    } catch {
      return undefined;
    }
  }
  return (text) => {
    const version = lenientVersion ? (parse(text.trim(), { loose: true }) ?? lenient(text)) : strict(text);
    if (!version) return undefined;
    return alternatives.some(
      ({ range: each, except }) =>
        each.test(version) && !except.some((other) => lenient(other)?.compare(version) === 0),
    );
  };
}

/** `1.2` and `v1` are versions too. */
function lenient(text: string): SemVer | null {
  return /^\s*v?\d+(\.\d+){0,2}\s*$/.test(text) ? coerce(text) : null;
}

function strict(text: string): SemVer | null {
  return /^\d/.test(text) ? parse(text) : null;
}

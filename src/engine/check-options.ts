import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { nearest } from '../base/nearest.ts';
import type { Check } from '../check/define-check.ts';
import { optionValues } from '../check/option.ts';
import { type GivenOption, type GivenOptions, optionsGivenFor, strayOptions } from './given-options.ts';
import { isGlob } from './patterns.ts';

/**
 * The options of every check, with their defaults. Rejects with one `Fault` (78) that names every problem: a check that
 * does not exist, an option that it does not have, a value that does not fit. `originOf` says where a value was given.
 */
export function validateOptions(
  checks: readonly Check[],
  given: GivenOptions,
  originOf: (path: string) => string = () => 'configuration',
): Map<string, unknown> {
  const options = new Map<string, unknown>();
  const problems = new Set(problemsOfKeys(checks, given, originOf));
  for (const check of checks) {
    const { id, options: schema } = check;
    if (!schema) continue;
    const own = optionsGivenFor(check, given);
    const { values, problems: wrong } = optionValues(
      schema,
      Object.fromEntries([...own].map(([name, { value }]) => [name, value])),
    );
    options.set(id, values);
    for (const { name, path, message } of wrong) {
      const where = ['options', (own.get(name) as GivenOption).key, name, ...path].join('.');
      problems.add(`${originOf(where)}: ${where} ${message}`);
    }
  }
  if (problems.size > 0) {
    throw new Fault({
      code: 'bad-options',
      message: `the options of the checks have ${problems.size === 1 ? 'a problem' : `${problems.size} problems`}`,
      details: [...problems],
      hint: 'meatymusic checks explain <id> shows the options of a check',
      exitCode: ExitCode.config,
    });
  }
  return options;
}

/** Keys that match no check, and options that no check has which their key matches. */
function problemsOfKeys(
  checks: readonly Check[],
  given: GivenOptions,
  originOf: (path: string) => string,
): string[] {
  return Object.keys(given).flatMap((key) => {
    const at = `options.${key}`;
    const { matched, names, stray } = strayOptions(checks, given, key);
    if (matched === 0) {
      const near = nearest(
        key,
        checks.map(({ id }) => id),
      );
      return [
        `${originOf(at)}: options for "${key}", which ${isGlob(key) ? 'matches no check' : 'does not exist'}${hint(near)}`,
      ];
    }
    if (stray.length > 0 && names.length === 0)
      return [`${originOf(at)}: options for ${key}, which has none`];
    return stray.map((name) => {
      const near = nearest(name, names);
      return `${originOf(`${at}.${name}`)}: ${at}.${name}: ${key} has no such option${hint(near)}`;
    });
  });
}

function hint(near: string | undefined): string {
  return near ? `; nearest: ${near}` : '';
}

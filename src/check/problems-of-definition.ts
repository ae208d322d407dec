import { nearest } from '../base/nearest.ts';
import type { CheckDefinition } from './define-check.ts';
import { effectsLevels, effectsOf } from './effects.ts';
import type { CheckOption } from './option.ts';
import type { ProbeName } from './probes.ts';

type Given = Partial<Record<string, unknown>>;

const levels = ['required', 'advisory'];

const probes: Record<ProbeName, true> = {
  http: true,
  tcp: true,
  dns: true,
  tls: true,
  postgres: true,
  redis: true,
  logs: true,
  spans: true,
  browser: true,
  command: true,
  file: true,
  process: true,
  migrations: true,
  control: true,
  service: true,
  ids: true,
};

/** Every key of a definition; true for those that it must have. */
const keys: Record<keyof CheckDefinition, boolean> = {
  title: true,
  failureTitle: true,
  why: true,
  needs: true,
  codes: true,
  run: true,
  after: false,
  blockedBy: false,
  judges: false,
  uses: false,
  effects: false,
  level: false,
  runsAlone: false,
  stops: false,
  tags: false,
  timeoutMs: false,
  options: false,
  sabotage: false,
  unprovable: false,
};

const knownKeys = Object.keys(keys);
const requiredKeys = knownKeys.filter((key) => keys[key as keyof CheckDefinition]);

/** Maps of codes that were found valid: ten thousand declared checks share one. */
const validCodes = new WeakSet<object>();

/** The longest delay of a timer of Node.js. */
const longestTimeoutMs = 2 ** 31 - 1;

/**
 * Returns the reasons why a value is no definition of a check, whichever source it came from: all of them, and none for a
 * valid definition.
 */
export function problemsOf(definition: unknown): string[] {
  // Without a default export, the loader returns the other exports of the file.
  if (!isMap(definition) || !requiredKeys.some((key) => key in definition))
    return ['is no definition of a check; in a file: export default defineCheck({ … })'];
  return [
    ...problemsOfTexts(definition),
    ...(typeof definition.run === 'function' ? [] : ['"run" is not a function']),
    ...problemsOfCodes(definition.codes),
    ...problemsOfLists(definition),
    ...problemsOfBlockedBy(definition.blockedBy),
    ...problemsOfOptions(definition.options),
    ...problemsOfEffects(definition),
    ...problemsOfSettings(definition),
    ...problemsOfSabotage(definition),
    ...misspelledKeys(definition),
  ];
}

function problemsOfTexts(given: Given): string[] {
  const required = ['title', 'failureTitle', 'why'].filter((key) => !isText(given[key]));
  const optional = ['unprovable', 'judges', 'stops'].filter(
    (key) => given[key] !== undefined && !isText(given[key]),
  );
  return [...required, ...optional].map((key) => `"${key}" is not a text`);
}

function problemsOfCodes(codes: unknown): string[] {
  if (isMap(codes) && validCodes.has(codes)) return [];
  if (!isMap(codes)) return ['"codes" is no map of failure codes; write: codes: { name: { means, hint } }'];
  const entries = Object.entries(codes);
  if (entries.length === 0) return ['"codes" has no failure code; a check that cannot fail proves nothing'];
  const problems = entries
    .filter(([, code]) => !isFailureCode(code))
    .map(([name]) => `the failure code "${name}" is not { means, hint, headline? } of texts`);
  if (problems.length === 0) validCodes.add(codes);
  return problems;
}

function isFailureCode(code: unknown): boolean {
  if (!isMap(code) || !isText(code.means) || !isText(code.hint)) return false;
  return code.headline === undefined || isText(code.headline);
}

function problemsOfLists(given: Given): string[] {
  const problems: string[] = [];
  for (const key of ['needs', 'after', 'uses', 'tags']) {
    const list = given[key];
    if (list === undefined && key !== 'needs') continue;
    if (!Array.isArray(list) || !list.every(isText)) problems.push(`"${key}" is not a list of texts`);
    else if (key === 'needs') {
      const unknown = list.filter((name) => !Object.hasOwn(probes, name));
      problems.push(...unknown.map((name) => `"needs" names the probe "${name}", which does not exist`));
    }
  }
  return problems;
}

function problemsOfBlockedBy(blockedBy: unknown): string[] {
  if (blockedBy === undefined) return [];
  const isCodes = (codes: unknown) => Array.isArray(codes) && codes.length > 0 && codes.every(isText);
  if (isMap(blockedBy) && Object.values(blockedBy).every(isCodes)) return [];
  return ['"blockedBy" is not a map from ids of checks to lists of their codes'];
}

function problemsOfOptions(options: unknown): string[] {
  if (options === undefined) return [];
  if (!isMap(options)) {
    return ['"options" is no map of options; write: options: { name: option(schema, default, description) }'];
  }
  return Object.entries(options)
    .filter(([, each]) => !isOption(each))
    .map(([name]) => `the option "${name}" is not made by option(schema, default, description)`);
}

function isOption(given: unknown): boolean {
  if (!isMap(given) || !('default' in given) || typeof given.description !== 'string') return false;
  const schema = (given as Partial<CheckOption>).schema?.['~standard'];
  return typeof schema?.validate === 'function';
}

/** Effects that depend on options are judged with the default options. */
function problemsOfEffects(given: Given): string[] {
  const { effects } = given;
  if (effects === undefined) return [];
  const expected = `is none of ${effectsLevels.join(', ')}`;
  if (typeof effects !== 'function') return isLevelOfEffects(effects) ? [] : [`"effects" ${expected}`];
  if (problemsOfOptions(given.options).length > 0) return [];
  try {
    const found = effectsOf(given as unknown as CheckDefinition);
    return isLevelOfEffects(found) ? [] : [`"effects" with the default options ${expected}`];
  } catch (thrown) {
    return [`"effects" throws with the default options: ${String(thrown)}`];
  }
}

function isLevelOfEffects(given: unknown): boolean {
  return effectsLevels.includes(given as never);
}

function problemsOfSettings({ level, timeoutMs }: Given): string[] {
  const problems: string[] = [];
  if (level !== undefined && !levels.includes(level as string)) {
    problems.push(`"level" is none of ${levels.join(', ')}`);
  }
  if (timeoutMs !== undefined && !isDuration(timeoutMs)) {
    problems.push(`"timeoutMs" is not a number of milliseconds above 0 and up to ${longestTimeoutMs}`);
  }
  return problems;
}

function isDuration(given: unknown): boolean {
  return typeof given === 'number' && given > 0 && given <= longestTimeoutMs;
}

function problemsOfSabotage({ sabotage, codes }: Given): string[] {
  if (sabotage === undefined) return [];
  if (!Array.isArray(sabotage) || !sabotage.every(isMap)) return ['"sabotage" is not a list of maps'];
  return sabotage.flatMap((each, index) => {
    const name = isText(each.name) ? `the sabotage "${each.name}"` : `the sabotage ${index + 1}`;
    const missing = ['name', 'kind', 'code'].filter((key) => !isText(each[key]));
    if (missing.length > 0) return [`${name} has no ${missing.join(', no ')}`];
    return isMap(codes) && !Object.hasOwn(codes, each.code as string)
      ? [`${name} expects the failure code "${each.code}", which is not in "codes"`]
      : [];
  });
}

/** Other keys are ignored: a definition may be written for a later version. */
function misspelledKeys(given: Given): string[] {
  const unknown = Object.keys(given).filter((key) => !Object.hasOwn(keys, key));
  return unknown.flatMap((key) => {
    const meant = nearest(key, knownKeys);
    return meant && given[meant] === undefined ? [`has no part "${key}"; did you mean "${meant}"?`] : [];
  });
}

function isMap(given: unknown): given is Given {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function isText(given: unknown): given is string {
  return typeof given === 'string' && given !== '';
}

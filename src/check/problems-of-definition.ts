import { effectsLevels } from './effects.ts';
import type { CheckOption } from './option.ts';

const levels = ['required', 'advisory'];
const probeNames = [
  'http',
  'tcp',
  'dns',
  'tls',
  'postgres',
  'redis',
  'logs',
  'spans',
  'browser',
  'command',
  'file',
  'process',
  'migrations',
  'control',
  'ids',
];

const partsOfACheck = ['title', 'failureTitle', 'why', 'needs', 'codes', 'run'];

/** What keeps a value that a file or a package gave from being a check; empty: nothing. */
export function problemsOf(definition: unknown): string[] {
  // Without a default export, the loader gives what else the file exports.
  if (
    typeof definition !== 'object' ||
    definition === null ||
    !partsOfACheck.some((key) => key in definition)
  ) {
    return ['has no default export that is a check; write: export default defineCheck({ … })'];
  }
  const given = definition as Record<string, unknown>;
  const problems: string[] = [];
  for (const key of ['title', 'failureTitle', 'why']) {
    if (typeof given[key] !== 'string' || given[key] === '') problems.push(`"${key}" is not a text`);
  }
  if (typeof given.run !== 'function') problems.push('"run" is not a function');
  if (typeof given.codes !== 'object' || given.codes === null || Object.keys(given.codes).length === 0) {
    problems.push('"codes" names no way to fail; a check that cannot fail proves nothing');
  }
  for (const key of ['needs', 'after', 'uses', 'tags']) {
    const list = given[key];
    if (list === undefined && key !== 'needs') continue;
    if (!Array.isArray(list) || list.some((item) => typeof item !== 'string')) {
      problems.push(`"${key}" is not a list of texts`);
    } else if (key === 'needs') {
      for (const need of list) {
        if (!probeNames.includes(need))
          problems.push(`"needs" names the probe "${need}", which does not exist`);
      }
    }
  }
  const { effects } = given;
  if (effects !== undefined && typeof effects !== 'function' && !effectsLevels.includes(effects as never)) {
    problems.push(`"effects" is none of ${effectsLevels.join(', ')}`);
  }
  if (given.level !== undefined && !levels.includes(given.level as string)) {
    problems.push(`"level" is none of ${levels.join(', ')}`);
  }
  if (given.timeoutMs !== undefined && !(Number(given.timeoutMs) > 0)) {
    problems.push('"timeoutMs" is not a positive number');
  }
  problems.push(...problemsOfOptions(given.options));
  return problems;
}

function problemsOfOptions(options: unknown): string[] {
  if (options === undefined) return [];
  const isMap = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (!isMap)
    return ['"options" is no map of options; write: options: { name: option(schema, default, description) }'];
  return Object.entries(options as Record<string, Partial<CheckOption> | undefined>)
    .filter(
      ([, each]) =>
        !each?.schema?.['~standard'] || typeof each.description !== 'string' || !('default' in each),
    )
    .map(([name]) => `the option "${name}" is not made by option(schema, default, description)`);
}

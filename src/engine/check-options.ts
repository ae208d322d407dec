import type { z } from 'zod';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { nearest } from '../base/nearest.ts';
import type { Check } from '../check/define-check.ts';

/**
 * The options of every check, with their defaults. Rejects with one `Fault` (78) that names every problem: a check that
 * does not exist, an option that it does not have, a value that does not fit. `originOf` says where a value was given.
 */
export function validateOptions(
  checks: readonly Check[],
  given: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  originOf: (path: string) => string = () => 'configuration',
): Map<string, unknown> {
  const problems: string[] = [];
  const options = new Map<string, unknown>();
  const ids = checks.map(({ id }) => id);
  for (const id of Object.keys(given)) {
    if (ids.includes(id)) continue;
    const near = nearest(id, ids);
    problems.push(`${originOf(`options.${id}`)}: options for "${id}", which does not exist${hint(near)}`);
  }
  for (const { id, options: schema } of checks) {
    const own = given[id];
    if (!schema) {
      if (own && Object.keys(own).length > 0) {
        problems.push(`${originOf(`options.${id}`)}: options for ${id}, which has none`);
      }
      continue;
    }
    const made = own ? undefined : defaults.get(schema);
    if (made) {
      options.set(id, made);
      continue;
    }
    const names = Object.keys(schema.shape);
    const unknown = Object.keys(own ?? {}).filter((name) => !names.includes(name));
    for (const name of unknown) {
      const near = nearest(name, names);
      problems.push(
        `${originOf(`options.${id}.${name}`)}: options.${id}.${name}: ${id} has no such option${hint(near)}`,
      );
    }
    const parsed = schema.safeParse(own ?? {});
    if (parsed.success) {
      if (!own) defaults.set(schema, parsed.data);
      options.set(id, parsed.data);
    } else {
      for (const { path, message } of parsed.error.issues) {
        const where = ['options', id, ...path].join('.');
        problems.push(`${originOf(where)}: ${where}: ${message}`);
      }
    }
  }
  if (problems.length > 0) {
    throw new Fault({
      code: 'bad-options',
      message: `the options of the checks have ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`,
      details: problems,
      hint: 'meatymusic checks explain <id> shows the options of a check',
      exitCode: ExitCode.config,
    });
  }
  return options;
}

/** Ten thousand declared checks of one kind share a schema; its defaults are made once. */
const defaults = new WeakMap<z.ZodObject, Record<string, unknown>>();

function hint(near: string | undefined): string {
  return near ? `; nearest: ${near}` : '';
}

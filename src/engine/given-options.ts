import type { Check } from '../check/define-check.ts';
import { anyOf } from './patterns.ts';

/** Options as they are configured, by check id, by area or by glob: `api/health`, `auth`, `observability/*`. */
export type GivenOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The configured value of one option, and the key under `options` that sets it. */
export interface GivenOption {
  value: unknown;
  key: string;
}

/**
 * Returns the configured options of one check: under its own id, else under the last area or glob that matches it.
 * Names that it does not have are left out; `strayOptions` returns those that no check has.
 */
export function optionsGivenFor({ id, options }: Check, given: GivenOptions): Map<string, GivenOption> {
  const found = new Map<string, GivenOption>();
  const matching = Object.keys(given).filter((key) => anyOf([key])(id));
  for (const key of Object.hasOwn(given, id) ? [...matching, id] : matching) {
    for (const [name, value] of Object.entries(given[key] ?? {})) {
      if (options && Object.hasOwn(options, name)) found.set(name, { value, key });
    }
  }
  return found;
}

/** The options of an area or a glob that no check has which it matches; `matched` is how many it matches. */
export function strayOptions(checks: readonly Check[], given: GivenOptions, key: string) {
  const matches = anyOf([key]);
  const matched = checks.filter(({ id }) => matches(id));
  const names = [...new Set(matched.flatMap(({ options }) => Object.keys(options ?? {})))];
  const stray = Object.keys(given[key] ?? {}).filter((name) => !names.includes(name));
  return { matched: matched.length, names, stray };
}

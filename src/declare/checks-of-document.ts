import type { Check } from '../check/define-check.ts';
import { type DeclaredDocument, problemText } from './declared-document.ts';
import { checkOfEntry } from './entry.ts';
import { DeclaredProblem } from './problem.ts';
import { fillIn, type Scope } from './variables.ts';

/** The top of a file of declared checks. */
const topKeys = new Set(['$schema', 'vars', 'defaults', 'checks']);

/**
 * The checks of a file, read in one part or several: the first one has all that stands before the list. `vars` are the
 * file's own variables, below those of the call; `defaults` stand in for what an entry does not say; `for` makes one check
 * of each item of a list. Adds everything that is wrong to `problems`.
 */
export function checksOfDocument(
  name: string,
  parts: Iterable<DeclaredDocument>,
  scope: Scope,
  problems: string[],
): Check[] {
  const rest = parts[Symbol.iterator]();
  const { value: document, done } = rest.next();
  if (done) return [];
  const top = document.value;
  if (typeof top !== 'object' || top === null || Array.isArray(top)) {
    problems.push(`${name}:1: must be a map with a list "checks"`);
    return [];
  }
  for (const key of Object.keys(top)) {
    if (!topKeys.has(key))
      problems.push(`${document.where([key])}: there is no "${key}" here; known: ${[...topKeys].join(', ')}`);
  }
  const { vars = {}, defaults = {}, checks } = top as Record<string, unknown>;
  if (!Array.isArray(checks) || checks.length === 0) {
    problems.push(`${document.where(['checks'])}: "checks" must be a list with at least one check`);
    return [];
  }
  let own: Scope;
  try {
    own = { ...scope, vars: { ...(fillIn(vars, scope, ['vars']) as object), ...scope.vars } };
    scope.learn?.(own.vars);
  } catch (error) {
    problems.push(problemText(document, [], error));
    return [];
  }
  const found: Check[] = [];
  const read = (part: DeclaredDocument, entries: unknown[]) => {
    for (const [index, entry] of entries.entries()) {
      try {
        for (const each of expand(entry, own)) {
          const filled = fillIn(each.entry, each.scope) as object;
          scope.learn?.(filled);
          found.push(checkOfEntry({ ...(defaults as object), ...filled }, part.where(['checks', index])));
        }
      } catch (error) {
        problems.push(problemText(part, ['checks', index], error));
      }
    }
  };
  read(document, checks);
  for (let next = rest.next(); !next.done; next = rest.next()) {
    read(next.value, (next.value.value as { checks: unknown[] }).checks);
  }
  return found;
}

/** `for: [a, b]` or `for: ${list}` → the entry once for each, with `item` and `index` as variables. */
function* expand(entry: unknown, scope: Scope): Generator<{ entry: unknown; scope: Scope }> {
  if (typeof entry !== 'object' || entry === null || !('for' in entry)) {
    yield { entry, scope };
    return;
  }
  const { for: loop, ...rest } = entry as Record<string, unknown>;
  const items = fillIn(loop, scope, ['for']);
  if (!Array.isArray(items)) throw new DeclaredProblem(['for'], 'needs a list');
  if (items.length === 0) throw new DeclaredProblem(['for'], 'an empty list makes no check');
  for (const [index, item] of items.entries()) {
    yield { entry: rest, scope: { env: scope.env, vars: { ...scope.vars, item, index } } };
  }
}

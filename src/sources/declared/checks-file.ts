import type { BrokenCheck, FoundCheck } from '../found.ts';
import { problemTexts, readDocument } from './document.ts';
import { checkOfEntry } from './entry.ts';
import { DeclaredProblem } from './problem.ts';
import { fillIn, type Scope } from './variables.ts';

/** The top of a file of declared checks. */
const topKeys = new Set(['$schema', 'vars', 'defaults', 'checks']);

/**
 * Reads a file of declared checks: `vars` are its own variables, below those of the call; `defaults` stand in for what an
 * entry does not say; `for` makes one check of each item of a list. Adds everything that is wrong to `problems`.
 */
export function readChecksFile(
  name: string,
  text: string,
  scope: Scope,
  problems: string[],
): { checks: FoundCheck[]; broken: BrokenCheck[]; isIncomplete: boolean } {
  const unread = { checks: [], broken: [], isIncomplete: true };
  const document = readDocument(name, text, problems);
  if (!document) return unread;
  const top = document.value;
  if (typeof top !== 'object' || top === null || Array.isArray(top)) {
    problems.push(`${name}:1: must be a map with a list "checks"`);
    return unread;
  }
  for (const key of Object.keys(top)) {
    if (!topKeys.has(key))
      problems.push(`${document.where([key])}: there is no "${key}" here; known: ${[...topKeys].join(', ')}`);
  }
  const { vars = {}, defaults = {}, checks } = top as Record<string, unknown>;
  if (!Array.isArray(checks) || checks.length === 0) {
    problems.push(`${document.where(['checks'])}: "checks" must be a list with at least one check`);
    return unread;
  }
  let own: Scope;
  try {
    own = { ...scope, vars: { ...(fillIn(vars, scope, ['vars']) as object), ...scope.vars } };
    scope.learn?.(own.vars);
  } catch (error) {
    problems.push(...problemTexts(document, [], error));
    return unread;
  }
  const found: FoundCheck[] = [];
  const broken: BrokenCheck[] = [];
  let isIncomplete = false;
  for (const [index, entry] of checks.entries()) {
    try {
      for (const each of expand(entry, own)) {
        const filled = fillIn(each.entry, each.scope) as object;
        scope.learn?.(filled);
        found.push(checkOfEntry({ ...(defaults as object), ...filled }, document.where(['checks', index])));
      }
    } catch (error) {
      const id = idOf(entry);
      problems.push(...problemTexts(document, ['checks', index], error, id));
      if (id === undefined || id.includes('${')) isIncomplete = true;
      else
        broken.push({ id, source: document.where(['checks', index]), after: (entry as BrokenCheck).after });
    }
  }
  return { checks: found, broken, isIncomplete };
}

function idOf(entry: unknown): string | undefined {
  const { id } = (entry ?? {}) as { id?: unknown };
  return typeof id === 'string' ? id : undefined;
}

/** `for: [a, b]` or `for: ${list}` → the entry once for each, with `item` and `index` as variables. */
function expand(entry: unknown, scope: Scope): { entry: unknown; scope: Scope }[] {
  if (typeof entry !== 'object' || entry === null || !('for' in entry)) return [{ entry, scope }];
  const { for: loop, ...rest } = entry as Record<string, unknown>;
  const items = fillIn(loop, scope, ['for']);
  if (!Array.isArray(items)) throw new DeclaredProblem(['for'], 'needs a list');
  if (items.length === 0) throw new DeclaredProblem(['for'], 'an empty list makes no check');
  return items.map((item, index) => ({
    entry: rest,
    scope: { env: scope.env, vars: { ...scope.vars, item, index } },
  }));
}

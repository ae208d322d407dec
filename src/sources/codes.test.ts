/** What every failure code of every built-in check has. */
import { expect, test } from 'vitest';
import type { CheckDefinition } from '../check/define-check.ts';
import { builtInChecks } from './built-in-checks.ts';

const checks: [id: string, check: CheckDefinition][] = [];
for (const [name, load] of Object.entries(await builtInChecks()).sort()) {
  const { default: check } = (await load()) as { default?: CheckDefinition };
  if (check) checks.push([name.replace(/\.ts$/, ''), check]);
}

test.each(checks)('%s has a headline of its own for each code', (_id, { codes, failureTitle }) => {
  const headlines = Object.values(codes).map(({ headline }) => headline ?? failureTitle);
  expect([...new Set(headlines)]).toEqual(headlines);
});

/** `checks prove` on a stack that runs, and what it has to find. */
import { expect } from 'vitest';
import type { Proof } from '../prove/proof.ts';
import { chromiumMissing } from './chromium.ts';
import type { TestProject } from './project.ts';

export interface ListedCheck {
  id: string;
  source: string;
  sabotage: { name: string }[];
}

export async function listBuiltInChecks(
  project: TestProject,
  env?: Record<string, string>,
): Promise<ListedCheck[]> {
  const { checks } = (await project.json(['checks', 'list'], env)) as { checks: ListedCheck[] };
  return checks.filter(({ source }) => source.startsWith('checks/'));
}

/** Expects that each check is proven by all of its sabotages; those of a browser are skipped where there is none. */
export async function expectProven(
  project: TestProject,
  checks: readonly ListedCheck[],
  env?: Record<string, string>,
): Promise<void> {
  const document = (await project.json(
    ['checks', 'prove', ...checks.map(({ id }) => id)],
    env,
  )) as unknown as {
    checks: Proof[];
  };
  const cannot = (id: string) => chromiumMissing !== undefined && id.startsWith('browser/');
  const found = document.checks.map(({ id, status, sabotages }) => ({
    id,
    status,
    // All of them, in their order; with what was found instead where one does not hold.
    sabotages: sabotages.map((each) => each.found ?? each.name),
  }));
  const wanted = checks.map(({ id, sabotage }) => ({
    id,
    status: cannot(id) ? 'skipped' : 'proven',
    sabotages: cannot(id) ? [] : sabotage.map(({ name }) => name),
  }));
  expect(found.sort(byId)).toEqual(wanted.sort(byId));
  expect(document).toMatchObject({ ok: true, runtime: 'embedded' });
}

const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);

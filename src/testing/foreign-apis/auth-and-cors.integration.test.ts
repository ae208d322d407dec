/** The true verdict of every check of auth and cors on APIs that are not ours: a table, not a sample. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSharedResources } from '../../base/shared-resources.ts';
import type { CheckDefinition } from '../../check/define-check.ts';
import { withServices } from '../../check/stack.ts';
import type { Verdict } from '../../check/verdict.ts';
import { testStack } from '../probe-context.ts';
import { runCheck } from '../run-check.ts';
import { corsChecks, web } from './cors-case.ts';
import { corsTable } from './cors-table.ts';
import { strictCorsTable } from './cors-table-strict.ts';
import { type ForeignApis, type Listener, serveForeignApis } from './serve.ts';
import { tokenChecks } from './token-case.ts';
import { tokenTable } from './token-table.ts';
import { brokenTokenTable } from './token-table-broken.ts';

const tokenCases = [...tokenTable, ...brokenTokenTable];
const corsCases = [...corsTable, ...strictCorsTable];
const shared = createSharedResources();
const checks: Record<string, CheckDefinition> = {};
let apis: ForeignApis;

beforeAll(async () => {
  const listeners: Record<string, Listener> = {};
  for (const { name, api } of [...tokenCases, ...corsCases]) {
    expect(listeners, name).not.toHaveProperty([name]);
    listeners[name] = await api;
  }
  apis = await serveForeignApis(listeners);
  for (const [area, names] of [
    ['auth', tokenChecks],
    ['cors', corsChecks],
  ] as const) {
    for (const name of names) checks[name] = (await import(`../../../checks/${area}/${name}.ts`)).default;
  }
});
afterAll(async () => {
  await apis.close();
  await shared.close();
});

/** Keeps the options that the check has. */
function optionsOf(check: string, given: Record<string, unknown>): Record<string, unknown> {
  const known = Object.keys(checks[check]?.options ?? {});
  return Object.fromEntries(Object.entries(given).filter(([name]) => known.includes(name)));
}

function shown(verdict: Verdict): string {
  return verdict.status === 'fail' ? verdict.code : verdict.status;
}

describe('tokens', () => {
  test.each(tokenCases)(
    '$name',
    async ({ name, auth, options = {}, validOptions = {}, verdict, but = {} }) => {
      const stack = withServices(testStack, { api: { url: `${apis.url}/${encodeURIComponent(name)}` } });
      const judged = await Promise.all(
        tokenChecks.map(async (check) => {
          const { path = 'me', ...rest } = { ...options, ...(check === 'valid-token' ? validOptions : {}) };
          const given = optionsOf(check, { ...rest, path: `/${path}` });
          const run = { stack, options: given, over: { auth }, shared };
          return [check, shown(await runCheck(checks[check] as CheckDefinition, run))];
        }),
      );
      const wanted = tokenChecks.map((check) => [check, but[check] ?? verdict]);
      expect(Object.fromEntries(judged)).toEqual(Object.fromEntries(wanted));
    },
  );
});

describe('cors', () => {
  test.each(corsCases)('$name', async ({ name, options = {}, isOneOrigin, verdict = 'pass', but = {} }) => {
    const origin = isOneOrigin ? new URL(apis.url).origin : web;
    const stack = withServices(testStack, {
      api: { url: `${apis.url}/${encodeURIComponent(name)}` },
      web: { url: origin },
    });
    const { path, paths = ['unknown', 'boom'], ...rest } = options as { path?: string; paths?: string[] };
    const judged = await Promise.all(
      corsChecks.map(async (check) => {
        const usual = check === 'preflight' ? 'songs' : '';
        const all = { path: `/${path ?? usual}`, paths: paths.map((each) => `/${each}`) };
        const run = { stack, options: optionsOf(check, { ...rest, ...all }), shared };
        return [check, shown(await runCheck(checks[check] as CheckDefinition, run))];
      }),
    );
    const wanted = corsChecks.map((check) => [check, but[check] ?? verdict]);
    expect(Object.fromEntries(judged)).toEqual(Object.fromEntries(wanted));
  });
});

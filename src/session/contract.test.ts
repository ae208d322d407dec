import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRedactor } from '../base/redact.ts';
import type { Check } from '../check/define-check.ts';
import { exampleStack } from '../check/stack.ts';
import type { Project } from '../config/project.ts';
import { type ConfigInput, configOf } from '../config/schema.ts';
import { type DefaultPaths, skippedWhereNotAgreed } from '../engine/default-names.ts';
import { chooseRun } from './choose-run.ts';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'contract-')));
afterAll(() => rmSync(root, { recursive: true }));

const projectOf = (settings: ConfigInput): Project => ({
  config: configOf(settings),
  origins: new Map([['verify.skip', { kind: 'file', text: 'meatymusic.config.yaml:3' }]]),
  root,
  env: {},
  redact: createRedactor(),
});
const choose = (settings: ConfigInput, patterns: string[] = []) =>
  chooseRun(projectOf(settings), { patterns }, { signal: new AbortController().signal });

describe('contract', () => {
  it('takes areas out of a run and says so, as verify.skip does', async () => {
    const { plan } = await choose({
      contract: { tenancy: false },
      verify: { skip: ['auth/expired'] },
    });
    expect(plan.checks.some(({ id }) => id.startsWith('tenancy/') || id === 'auth/expired')).toBe(false);
    expect(plan.excluded).toContainEqual({ id: 'tenancy/over-http', reason: 'contract' });
    expect(plan.excluded).toContainEqual({ id: 'auth/expired', reason: 'verify.skip' });
    const all = (await choose({})).plan;
    expect(plan.checks.length + (plan.excluded?.length ?? 0)).toBe(all.checks.length);
    expect(all.excluded).toEqual([]);
  });

  it('says so where an area is named that it leaves out', async () => {
    await expect(choose({ contract: { tenancy: false } }, ['tenancy'])).rejects.toMatchObject({
      code: 'nothing-selected',
      message: "tenancy: not part of this stack's contract",
    });
  });

  it('gives the checks of an area their options; those of one check win', async () => {
    const { options } = await choose({
      contract: { auth: { path: '/v2/me' } },
      options: { 'auth/expired': { path: '/v3/me' } },
    });
    expect(options.get('auth/no-token')).toMatchObject({ path: '/v2/me' });
    expect(options.get('auth/expired')).toMatchObject({ path: '/v3/me' });
  });

  it('refuses an area that does not exist, with the nearest name', async () => {
    await expect(choose({ contract: { tenncy: false } })).rejects.toMatchObject({
      exitCode: 78,
      details: [
        expect.stringContaining('contract.tenncy: there is no such area of checks; did you mean "tenancy"?'),
      ],
    });
  });
});

describe('a default path that answers 404', () => {
  const http = (status: number, path = '/api/v1/seed') => ({
    kind: 'http' as const,
    label: 'answer',
    exchange: { request: { url: `http://api.example/base${path}` }, response: { status } },
  });
  const failing = (status: number, code = 'no-endpoint', path?: string): Check =>
    ({
      id: 'seed/deterministic',
      source: 'checks/seed/deterministic.ts',
      needs: [],
      codes: {},
      options: { path: { default: '/api/v1/seed' } },
      run: async () => ({ status: 'fail', code, expected: '', actual: '', evidence: [http(status, path)] }),
    }) as unknown as Check;
  const judged = (check: Check, given = {}, isReference = false, more: Partial<DefaultPaths> = {}) =>
    skippedWhereNotAgreed(check, { given, ...more }).run({
      stack: { ...exampleStack, isReference },
    } as never);

  it('is skipped with the line to write', async () => {
    expect(await judged(failing(404))).toMatchObject({
      status: 'skip',
      reason: '/api/v1/seed is the default path, it is not configured, and it answers 404',
      enable: expect.stringContaining('contract: { seed: { path: … } }'),
    });
  });

  it('is named by its check where the area has several paths, by its service where that has it', async () => {
    const other = {
      ...failing(404),
      id: 'seed/other',
      options: { path: { default: '/other' } },
    } as unknown as Check;
    expect(await judged(failing(404), {}, false, { checks: [other] })).toMatchObject({
      enable: expect.stringContaining("options: { 'seed/deterministic': { path: … } }"),
    });
    const ready = {
      ...failing(404),
      id: 'api/ready',
      judges: 'api',
      service: 'payments',
      options: {},
    } as Check;
    const unsetPath = (service: string, setting: string) =>
      service === 'payments' && setting === 'readyPath' ? '/api/v1/seed' : undefined;
    expect(await judged(ready, {}, false, { unsetPath })).toMatchObject({
      status: 'skip',
      enable: expect.stringContaining('services: { payments: { readyPath: … } }'),
    });
    expect(await judged(ready, {}, false, {})).toMatchObject({ status: 'fail' });
  });

  it('is one of many names: tables and an extension that nothing names are skipped as well', async () => {
    const tables = (given = {}) =>
      judged(
        {
          ...failing(404, 'table-missing'),
          id: 'database/tables-present',
          options: { tables: { default: {} } },
        } as unknown as Check,
        given,
      );
    expect(await tables()).toMatchObject({
      status: 'skip',
      enable: expect.stringContaining("options: { 'database/tables-present': { tables: … } }"),
    });
    expect(await tables({ database: { tables: {} } })).toMatchObject({ status: 'fail' });
  });

  it.each([
    ['answers something else', failing(500, 'wrong-status'), {}, false],
    ['fails for another reason', failing(404, 'not-deterministic'), {}, false],
    ['answers 404 at another path', failing(404, 'no-endpoint', '/elsewhere'), {}, false],
    ['is configured', failing(404), { seed: { path: '/api/v1/seed' } }, false],
    ['is one of the reference stack', failing(404), {}, true],
  ])('fails where it %s', async (_, check, given, isReference) => {
    expect(await judged(check, given, isReference)).toMatchObject({ status: 'fail' });
  });
});

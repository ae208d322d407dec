import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { loadProject } from '../api.ts';
import { chooseRun } from './choose-run.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-choose-'));
afterEach(() => rmSync(folder, { recursive: true }));

it('gives a check the time that is set for all where that is longer than its own', async () => {
  const timesOf = async (settings: Record<string, unknown>) => {
    const project = await loadProject({ cwd: folder, env: {}, settings });
    const patterns = ['database/migrations-at-head', 'api/health'];
    const { plan } = await chooseRun(project, { patterns }, { signal: new AbortController().signal });
    const { checks } = plan;
    return Object.fromEntries(checks.map(({ id, timeoutMs }) => [id, timeoutMs]));
  };
  const own = { 'database/migrations-at-head': 60_000, 'api/health': undefined };
  expect(await timesOf({})).toMatchObject(own);
  expect(await timesOf({ 'verify.timeout': '10s' })).toMatchObject(own);
  expect(await timesOf({ 'verify.timeout': '90s' })).toMatchObject({
    'database/migrations-at-head': 90_000,
    'api/health': undefined,
  });
});

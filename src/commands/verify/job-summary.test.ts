import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CheckResult, RunResult } from '../../check/result.ts';
import { plainLook } from '../../reporters/index.ts';
import { sampleResults } from '../../testing/sample-results.ts';
import { writeJobSummary } from './job-summary.ts';

const trouble = sampleResults.trouble as RunResult;
const [first] = trouble.checks as [CheckResult];
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'summary-'));
  file = path.join(folder, 'summary.md');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (result: RunResult, GITHUB_STEP_SUMMARY?: string) =>
  writeJobSummary(result, plainLook, { GITHUB_STEP_SUMMARY }, (text) => text.replaceAll('5432', '[port]'));

it('appends the Markdown report, redacted, behind what is there', async () => {
  writeFileSync(file, 'before\n');
  expect(await write(trouble, file)).toBeUndefined();
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^before\n## ❌ meatymusic: 2 failed/);
  expect(text).not.toContain('5432');
});

it('writes nothing outside of GitHub Actions', async () => {
  expect(await write(trouble)).toBeUndefined();
});

it('is short where the report is longer than GitHub takes', async () => {
  const checks = Array.from({ length: 6000 }, (_, at) => ({
    ...first,
    id: `x/${at}`,
    summary: 'x'.repeat(400),
  }));
  expect(await write({ ...trouble, checks }, file)).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toContain('longer than a job summary may be');
});

it('reports a file that cannot be written', async () => {
  expect(await write(trouble, folder)).toMatchObject({ code: 'cannot-write', exitCode: 73 });
});

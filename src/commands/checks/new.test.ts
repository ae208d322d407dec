import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadModule } from '../../base/load-module.ts';
import { problemsOf } from '../../check/problems-of-definition.ts';
import * as tester from '../../check/tester.ts';
import * as publicEntry from '../../config/public-entry.ts';
import { checkTemplate, templateProbes, testTemplate } from './new-templates.ts';

it.each(templateProbes)('writes a %s check that is sound, and a test of it that passes', async (probe) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'checks-new-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const id = 'area/some-name';
  writeFileSync(path.join(folder, 'some-name.ts'), checkTemplate({ id, probe, from: 'meatymusic' }));
  const testFile = path.join(folder, 'some-name.test.ts');
  writeFileSync(testFile, testTemplate({ id, probe, from: 'meatymusic/testing' }));
  const tests: { name: string; body: () => Promise<void> }[] = [];
  const virtualModules = {
    meatymusic: publicEntry,
    'meatymusic/testing': tester,
    vitest: {
      describe: (_name: string, body: () => void) => body(),
      it: (name: string, body: () => Promise<void>) => tests.push({ name, body }),
    },
  };
  const loaded = await loadModule(path.join(folder, 'some-name.ts'), { virtualModules });
  expect(problemsOf(loaded.default)).toEqual([]);
  await loadModule(testFile, { virtualModules });
  expect(tests.filter(({ name }) => name.startsWith('fails')).length).toBeGreaterThan(0);
  for (const { body } of tests) await body();
});

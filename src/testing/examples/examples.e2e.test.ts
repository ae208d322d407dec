/** The global set-ups, run by the test runners that they are written for, on an embedded stack. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../base/package-root.ts';
import { makeProject, notBuilt, type TestProject } from '../project.ts';

const examples = fileURLToPath(new URL('./', import.meta.url));
const installed = path.join(packageRoot, 'node_modules');

const runners = {
  vitest: {
    config: ['vitest.config.mjs', "export default { test: { globalSetup: './setup.ts' } };"],
    test: `import { expect, it } from 'vitest';
      it('reaches the API', async () => {
        expect((await fetch(new URL('/health', process.env.API_URL))).status).toBe(200);
      });`,
    command: [path.join(installed, 'vitest/vitest.mjs'), 'run', '--root', '.'],
  },
  playwright: {
    config: [
      'playwright.config.ts',
      "export default { globalSetup: './setup.ts', testMatch: '*.test.ts', reporter: 'line' };",
    ],
    test: `import { expect, test } from '@playwright/test';
      test('reaches the web app', async ({ request }) => {
        expect((await request.get(process.env.WEB_URL ?? '')).status()).toBe(200);
      });`,
    command: [path.join(installed, '@playwright/test/cli.js'), 'test'],
  },
} as const;

const passing = { id: 'shop/health', kind: 'http', url: '/health', status: 200 };
const failing = { ...passing, id: 'shop/teapot', status: 418 };

describe.skipIf(notBuilt)(`a global set-up${notBuilt ? ` (${notBuilt})` : ''}`, () => {
  let project: TestProject;

  beforeAll(async () => {
    // The checks of the test alone: what the built-in ones find is not the question here.
    project = await makeProject({
      checkFiles: ['checks.yaml'],
      // This stack has no service of these two kinds.
      verify: {
        skip: readdirSync(path.join(packageRoot, 'checks')).filter(
          (area) => !['process', 'tcp'].includes(area),
        ),
      },
    });
    mkdirSync(project.file('node_modules/@playwright'), { recursive: true });
    symlinkSync(packageRoot, project.file('node_modules/meatymusic'));
    symlinkSync(path.join(installed, 'vitest'), project.file('node_modules/vitest'));
    symlinkSync(path.join(installed, '@playwright/test'), project.file('node_modules/@playwright/test'));
  });
  afterAll(() => project?.remove());

  describe.each(['vitest', 'playwright'] as const)('of %s', { timeout: 300_000 }, (name) => {
    const { config, test, command } = runners[name];

    beforeEach(() => {
      copyFileSync(path.join(examples, `${name}-global-setup.ts`), project.file('setup.ts'));
      writeFileSync(project.file(config[0]), config[1]);
      writeFileSync(project.file('stack.test.ts'), test);
    });

    const runTests = (checks: readonly object[]) => {
      writeFileSync(project.file('checks.yaml'), JSON.stringify({ checks }));
      return call(project.folder, command);
    };

    it('runs the tests on a verified stack, and stops it after them', async () => {
      const { code, output } = await runTests([passing]);
      expect(code, output).toBe(0);
      expect(output).toMatch(/1 passed/);
      expect(await project.json(['down'])).toMatchObject({ stopped: [] });
    });

    it('runs no test where a check fails, and names the check', async () => {
      const { code, output } = await runTests([passing, failing]);
      expect(code, output).toBe(1);
      expect(output).toContain('the stack does not pass its checks: shop/teapot');
      expect(output).not.toMatch(/1 passed/);
    });
  });
});

async function call(cwd: string, command: readonly string[]): Promise<{ code: number; output: string }> {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, command, { cwd, env: { PATH, HOME, TMPDIR, NO_COLOR: '1' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number>((resolve) => child.once('close', resolve));
  return { code, output };
}

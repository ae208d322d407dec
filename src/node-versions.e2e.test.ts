/** The built command line on other releases of Node.js than the one that runs the tests. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from './base/package-root.ts';
import { notBuilt } from './testing/project.ts';

const nodes = (process.env.MEATYMUSIC_TEST_NODES ?? '').split(path.delimiter).filter(Boolean);
const reason =
  notBuilt ??
  (nodes.length === 0 ? 'MEATYMUSIC_TEST_NODES names no programs, separated by colons' : undefined);
const versions = nodes.map((node) => [
  execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
  node,
]) as [string, string][];

let server: Server;
let folder: string;
beforeAll(async () => {
  server = createServer(({ url }, response) => response.end(`this is ${url}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-nodes-')));
  writeFileSync(path.join(folder, 'package.json'), '{}');
  writeFileSync(
    path.join(folder, 'meatymusic.config.ts'),
    `import { defineConfig } from 'meatymusic';
const file: string = 'checks.yaml';
export default defineConfig({ checkFiles: [file], verify: { timeout: '4s' } satisfies object });`,
  );
  const check = (name: string, expected: string) =>
    `  - id: pages/${name}\n    kind: http\n    url: http://127.0.0.1:${port}/${name}\n    body: ["${expected}"]\n`;
  writeFileSync(
    path.join(folder, 'checks.yaml'),
    `checks:\n${check('one', 'this is /one')}${check('two', '/this is .two$/')}${check('three', 'something else')}`,
  );
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  code: unknown;
  stdout: string;
  stderr: string;
}

function run(node: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      node,
      [path.join(packageRoot, 'bin/meatymusic.js'), ...args, '--verbose'],
      { cwd: folder, env: { PATH: process.env.PATH, HOME: folder } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe.skipIf(reason)(`other releases of Node.js${reason ? ` (${reason})` : ''}`, () => {
  // One at least, so that a run without them shows what it left out.
  it.each(versions.length > 0 ? versions : [['none', '']])(
    '%s: runs the built command line',
    async (_, node) => {
      const compiled = path.join(folder, '.cache/meatymusic/compiled');
      rmSync(compiled, { recursive: true, force: true });
      expect(await run(node, '--version')).toMatchObject({ code: 0, stderr: '' });
      expect(readdirSync(compiled)).not.toEqual([]);

      const list = await run(node, 'checks', 'list');
      expect(list).toMatchObject({ code: 0, stderr: '' });
      expect(list.stdout).toContain('api/health');

      const config = await run(node, 'config');
      expect(config).toMatchObject({ code: 0, stderr: '' });
      expect(config.stdout).toMatch(/verify\.timeout +4\.00 s +meatymusic\.config\.ts:3/);

      // Twice: the second call may find compiled code that the first one left.
      for (let call = 0; call < 2; call++) {
        const verified = await run(node, 'verify', 'pages', '--reporter', 'json');
        expect(verified).toMatchObject({ code: 1, stderr: '' });
        expect(
          JSON.parse(verified.stdout).checks.map(({ id, status }: Record<string, string>) => [id, status]),
        ).toEqual([
          ['pages/one', 'pass'],
          ['pages/three', 'fail'],
          ['pages/two', 'pass'],
        ]);
      }
    },
  );
});

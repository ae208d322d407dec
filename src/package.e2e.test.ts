/** The package as it is published: packed, installed without a network, run and type-checked. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from './base/package-root.ts';
import { notBuilt } from './testing/project.ts';

const execute = promisify(execFile);
const { dependencies, version } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8'));

interface Packed {
  filename: string;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

let folder: string;
let packed: Packed;

beforeAll(() => {
  if (notBuilt) return;
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-package-')));
  const packages = Object.keys(dependencies).map((name) => path.join(packageRoot, 'node_modules', name));
  const pack = [packageRoot, ...packages];
  const all: Packed[] = JSON.parse(
    npm('pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...pack),
  );
  packed = all[0] as Packed;
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  // The cache is empty: what is not packed above cannot be installed.
  const options = [
    '--offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--cache',
    path.join(folder, 'cache'),
  ];
  npm('install', ...options, ...all.map(({ filename }) => path.join(folder, filename)));
});
afterAll(() => folder && rmSync(folder, { recursive: true, force: true }));

function npm(...args: string[]): string {
  return execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const meatymusic = (...args: string[]) =>
  execute(path.join(folder, 'node_modules/.bin/meatymusic'), args, { cwd: folder });

describe.skipIf(notBuilt)(`the package${notBuilt ? ` (${notBuilt})` : ''}`, () => {
  it('holds what runs, its types and notices, and at most 5 MB beside the prepared database', () => {
    const files = packed.files.map((file) => file.path);
    const prepared = packed.files.filter(({ path: file }) => /^dist\/database-[\d.]+\.br$/.test(file));
    expect(prepared).toMatchObject([{ size: expect.toSatisfy((size: number) => size < 2_000_000) }]);
    expect(packed.unpackedSize - Number(prepared[0]?.size)).toBeLessThan(5_000_000);
    expect(files.filter((file) => /\.d\.[cm]?ts$/.test(file))).toEqual([
      'dist/index.d.cts',
      'dist/testing.d.cts',
    ]);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'dist/THIRD-PARTY.txt', 'docker-compose.yml']));
    expect(files.filter((file) => /\.test\.|\.cache|testing\/|^src\//.test(file))).toEqual([]);
  });

  it('runs where nothing else is installed', async () => {
    expect((await meatymusic('--version')).stdout).toBe(`${version}\n`);
    expect((await meatymusic('checks', 'list')).stdout).toContain('api/health');
  });

  it('loads a configuration that imports it', async () => {
    writeFileSync(
      path.join(folder, 'meatymusic.config.ts'),
      "import { defineConfig } from 'meatymusic';\nexport default defineConfig({ verify: { timeout: '7s' } });",
    );
    expect((await meatymusic('config', '--changed')).stdout).toMatch(/verify\.timeout +7\.00 s/);
  });

  it('can be imported and required', async () => {
    const imported =
      "import { defineCheck, v } from 'meatymusic'; import { testCheck } from 'meatymusic/testing';";
    const print = 'console.log(typeof defineCheck, typeof v.string, typeof testCheck);';
    const required =
      "const { defineCheck, v } = require('meatymusic'); const { testCheck } = require('meatymusic/testing');";
    for (const [type, text] of [
      ['module', imported],
      ['commonjs', required],
    ] as const) {
      const { stdout } = await execute(process.execPath, [`--input-type=${type}`, '-e', `${text}${print}`], {
        cwd: folder,
      });
      expect(stdout).toBe('function function function\n');
    }
  });

  it('types a check, its test and a configuration', async () => {
    writeFileSync(path.join(folder, 'check.ts'), check);
    writeFileSync(path.join(folder, 'wrong.ts'), check.replace("{ count: 1, what: 'x' }", '{ count: "1" }'));
    const tsc = path.join(packageRoot, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node'];
    const roots = ['--typeRoots', path.join(packageRoot, 'node_modules/@types'), '--ignoreConfig'];
    const compile = (file: string) =>
      execute(process.execPath, [tsc, ...options, ...roots, file], { cwd: folder });
    await compile('check.ts');
    await expect(compile('wrong.ts')).rejects.toMatchObject({ stdout: expect.stringContaining('wrong.ts(') });
  });
});

const check = `import { type Config, defineCheck, defineConfig, option, v } from 'meatymusic';
import { testCheck } from 'meatymusic/testing';
import * as runner from 'node:test';

const check = defineCheck({
  title: 't', failureTitle: 'f', why: 'w', needs: ['http'],
  options: { path: option(v.pipe(v.string(), v.startsWith('/')), '/', 'path of the page') },
  codes: { c: { means: 'm', hint: 'h' } },
  async run({ pass, http, options }) {
    const path: string = options.path;
    const { status }: { status: number } = await http.request({ url: path });
    return pass('p ' + status, { count: 1, what: 'x' });
  },
});
testCheck(check, { passes: [], fails: [] }, runner);
export default check;
export const config = defineConfig({ runtime: 'external' });
export const runtime: Config['runtime'] = 'embedded';
`;

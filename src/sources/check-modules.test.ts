import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBuiltInChecks, findFolderChecks } from './check-modules.ts';
import { makeChecks } from './make-checks.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meatymusic-load-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

const good = (title: string) => `
import { defineCheck, ProbeError } from 'meatymusic';
const title: string = '${title}';
export default defineCheck({
  title, failureTitle: 'no', why: 'because', needs: ['http'], codes: { wrong: { means: 'm', hint: 'h' } },
  async run({ pass }) { return pass(String(new ProbeError('X', 'y') instanceof ProbeError), { count: 1, what: 'x' }); },
});`;

const load = async (from: string) => makeChecks([await findFolderChecks(from)]);

describe('findBuiltInChecks', () => {
  it('finds the checks of this package, which are all valid', async () => {
    const checks = makeChecks([await findBuiltInChecks()]);
    expect(checks.map(({ id }) => id)).toContain('api/health');
  });
});

describe('findFolderChecks', () => {
  it('loads TypeScript without a build step; the id is the path', async () => {
    await write('shop/orders/paid.ts', good('Orders are paid'));
    await write('shop/open.mjs', good('It is open').replace(': string', ''));
    const checks = await load(folder);
    expect(checks.map(({ id, title }) => [id, title])).toEqual([
      ['shop/open', 'It is open'],
      ['shop/orders/paid', 'Orders are paid'],
    ]);
  });

  it('ignores `isBounded` of a definition: its code is the user’s', async () => {
    await write('shop/open.ts', good('It is open').replace('title,', 'title, isBounded: true,'));
    const [check] = await load(folder);
    expect(check).toMatchObject({ id: 'shop/open', isBounded: false });
  });

  it('shares its classes with the checks that it loads', async () => {
    const { ProbeError } = await import('../check/probes.ts');
    await write('a/one.ts', `${good('x')}\nexport { ProbeError };`);
    const { loadModule } = await import('../base/load-module.ts');
    const entry = await import('../config/public-entry.ts');
    expect(entry.ProbeError).toBe(ProbeError);
    expect(
      (await loadModule(path.join(folder, 'a/one.ts'), { virtualModules: { meatymusic: entry } })).ProbeError,
    ).toBe(ProbeError);
  });

  it('ignores tests, types, helpers and hidden files', async () => {
    for (const name of [
      'a/one.test.ts',
      'a/types.d.ts',
      'a/_helper.ts',
      '.x/y.ts',
      'node_modules/a/b.js',
      'a/README.md',
    ]) {
      await write(name, 'throw new Error("not a check")');
    }
    await expect(load(folder)).rejects.toMatchObject({
      details: [expect.stringContaining('has no check')],
    });
    await write('b/two.ts', good('It is there'));
    expect((await load(folder)).map(({ id }) => id)).toEqual(['b/two']);
  });

  it('reports every file that is no check, at once', async () => {
    await write('a/empty.ts', '');
    await write('a/named.ts', 'export const check = { title: "x" };');
    await write('a/imports.ts', `import { x } from './none.ts';\nexport default x;`);
    await write('a/throws.ts', 'throw new Error("boom")');
    await write('a/half.ts', `export default { title: 'x', needs: ['htp'], run() {}, effects: 'some' }`);
    await write('a/list.ts', good('x').replace('async run', 'options: [], async run'));
    await write('a/option.ts', good('x').replace('async run', 'options: { path: "/" }, async run'));
    const fault = await load(folder).catch((thrown) => thrown);
    expect(fault.exitCode).toBe(78);
    expect(fault.details.map((line: string) => line.replace(folder, '…'))).toMatchInlineSnapshot(`
      [
        "…/a/imports.ts: Cannot find module './none.ts'",
        "…/a/throws.ts: boom",
        "…/a/empty.ts: is no definition of a check; in a file: export default defineCheck({ … })",
        "…/a/half.ts: "failureTitle" is not a text",
        "…/a/half.ts: "why" is not a text",
        "…/a/half.ts: "codes" is no map of failure codes; write: codes: { name: { means, hint } }",
        "…/a/half.ts: "needs" names the probe "htp", which does not exist",
        "…/a/half.ts: "effects" is none of none, rolled-back, temporary, disruptive",
        "…/a/list.ts: "options" is no map of options; write: options: { name: option(schema, default, description) }",
        "…/a/named.ts: is no definition of a check; in a file: export default defineCheck({ … })",
        "…/a/option.ts: the option "path" is not made by option(schema, default, description)",
      ]
    `);
  });

  it('says so when the folder does not exist', async () => {
    await expect(load(path.join(folder, 'none'))).rejects.toMatchObject({
      details: [expect.stringContaining('does not exist')],
    });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModule } from './load-module.ts';

let folder: string;
const file = (name: string, text: string) => {
  const full = path.join(folder, name);
  writeFileSync(full, text);
  return full;
};
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'load-module-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('loadModule', () => {
  it('loads TypeScript in a folder without node_modules with the virtual modules', async () => {
    const virtual = { meatymusic: { answer: 42 } };
    const text = `import { answer } from 'meatymusic';\nimport { twice } from './twice.ts';\nexport default { is: twice(answer as number) };`;
    file('twice.ts', 'export const twice = (n: number): number => n * 2;');
    const loaded = await loadModule(file('a.ts', text), { virtualModules: virtual });
    expect(loaded.default).toEqual({ is: 84 });
  });

  it('loads .mts, .mjs, .js and .cjs', async () => {
    for (const [name, text] of [
      ['b.mts', 'const a: string = "x"; export default a;'],
      ['b.mjs', 'export default "x";'],
      ['b.js', 'export default "x";'],
      ['b.cjs', 'module.exports = "x";'],
    ] as const) {
      expect((await loadModule(file(name, text))).default, name).toBe('x');
    }
  });

  it.each([
    ['type arguments', 'export default Array.of<number>(1)[0];'],
    ['an enum', 'enum Mood { glad = 1 }\nexport default Mood.glad;'],
    ['a namespace with code', 'namespace A { export const x = 1; }\nexport default A.x;'],
    ['an import of Node.js', "import { join } from 'node:path';\nexport default join('a').length;"],
    ['an import()', "export default (await import('./one.ts')).one;"],
    ['a neighbour with a top-level await', "import { one } from './one.ts';\nexport default one;"],
    ['a top-level await', 'export default await Promise.resolve(1);'],
    ['require', "export default require('node:path').join('a').length;"],
    ['import.meta', 'export default import.meta.url ? 1 : 0;'],
  ])('loads %s, from the file and from its text', async (_what, source) => {
    file('one.ts', 'export const one: number = await Promise.resolve(1);');
    expect((await loadModule(file('f.ts', source))).default).toBe(1);
    expect((await loadModule(path.join(folder, 'f2.ts'), { source })).default).toBe(1);
  });

  it('evaluates a given text at each call', async () => {
    const name = path.join(folder, 'g.mjs');
    const load = async (text: string) => (await loadModule(name, { source: text })).default;
    expect([await load('export default 1;'), await load('export default 2;')]).toEqual([1, 2]);
  });

  it('reports a syntax error, and the place in the file of what is thrown later', async () => {
    await expect(loadModule(file('h.ts', 'export async function up( {'))).rejects.toThrow(/h\.ts/);
    const text = 'type A = {\n  a: 1;\n};\nexport default () => {\n  throw new Error();\n};';
    const loaded = await loadModule(file('i.ts', text));
    const error = await (async () => (loaded.default as () => void)())().catch((thrown: Error) => thrown);
    expect((error as Error).stack).toContain('i.ts:5:');
  });

  it('rejects with the error that the file threw', async () => {
    await expect(loadModule(file('c.ts', 'throw new RangeError("no");'))).rejects.toThrow('no');
  });

  it('rejects when a top-level await never settles', async () => {
    const text = 'await new Promise(() => {}); export default 1;';
    await expect(loadModule(file('d.ts', text), { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'module-load-timeout',
    });
  });

  it('rejects with the reason of the signal', async () => {
    const controller = new AbortController();
    const loading = loadModule(file('e.ts', 'await new Promise(() => {}); export default 1;'), {
      signal: controller.signal,
    });
    controller.abort(new Error('stop'));
    await expect(loading).rejects.toThrow('stop');
  });
});

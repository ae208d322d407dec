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
  it('loads TypeScript in a folder without node_modules and hands it the virtual modules', async () => {
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

  it('rejects with what the file threw', async () => {
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

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadPlugin } from './plugins.ts';

it('loads no plugin from a folder above that other users can write to', async () => {
  const shared = realpathSync(mkdtempSync(path.join(tmpdir(), 'plugins-')));
  try {
    const plugin = path.join(shared, 'node_modules/meatymusic-plugin-x');
    mkdirSync(plugin, { recursive: true });
    writeFileSync(path.join(plugin, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
    writeFileSync(path.join(plugin, 'index.js'), 'throw new Error("it was executed");');
    const root = path.join(shared, 'mine');
    mkdirSync(root);
    chmodSync(shared, 0o1777);
    const problems: string[] = [];
    expect(await loadPlugin('meatymusic-plugin-x', root, problems)).toEqual([]);
    expect(problems).toEqual([
      `plugin meatymusic-plugin-x: is not loaded from ${shared}, which can be written by other users; npm install --save-dev meatymusic-plugin-x`,
    ]);
  } finally {
    rmSync(shared, { recursive: true, force: true });
  }
});

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInPlugin } from './plugins.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'plugins-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('loads no plugin from a folder above that other users can write to', async () => {
  const plugin = path.join(folder, 'node_modules/meatymusic-plugin-x');
  mkdirSync(plugin, { recursive: true });
  writeFileSync(path.join(plugin, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  writeFileSync(path.join(plugin, 'index.js'), 'throw new Error("it was executed");');
  const root = path.join(folder, 'mine');
  mkdirSync(root);
  chmodSync(folder, 0o1777);
  const { checks, problems } = await findInPlugin('meatymusic-plugin-x', root);
  expect(checks).toEqual([]);
  expect(problems).toEqual([
    `plugin meatymusic-plugin-x: is not loaded from ${folder}, which can be written by other users; npm install --save-dev meatymusic-plugin-x`,
  ]);
});

describe('a plugin in a file of the project', () => {
  const load = (content: string) => {
    writeFileSync(path.join(folder, 'mine.ts'), content);
    return findInPlugin('./mine.ts', folder);
  };

  it.each([
    ['a default export', "export default definePlugin({ checks: { 'a/b': x }, reporters: [y] });"],
    ['named exports', "export const checks = { 'a/b': x };\nexport const reporters = [y];"],
  ])('brings checks and reporters by %s', async (_, exported) => {
    const { checks, reporters, problems } = await load(
      `import { definePlugin } from 'meatymusic';
const x: unknown = 1;
const y = { name: 'csv', render: () => 'text' };
definePlugin({});
${exported}`,
    );
    expect(problems).toEqual([]);
    expect(checks).toEqual([{ id: 'a/b', source: './mine.ts', definition: 1 }]);
    expect(reporters.map(({ name }) => name)).toEqual(['csv']);
  });

  it.each([
    ['throw new Error("boom\\nmore")', ['boom']],
    ['throw undefined', ['a non-error was thrown: undefined']],
    [
      '',
      [
        'brings none of checks, reporters, kinds, runners; write: export default definePlugin({ checks: { … } })',
      ],
    ],
    [
      'export default { kinds: [{ name: "queue" }], runners: [1, { name: "A b", create() {} }] }',
      [
        'kind 1: is no kind; write: defineServiceKind({ name, settings, … })',
        'runner 1: is no runner; write: { name, create(context) { … } }',
        'runner 2: "name" is not a word in lower case',
      ],
    ],
    [
      'export default { checks: [1], reporters: {} }',
      [
        '"checks" is no map; write: checks: { \'<area>/<name>\': defineCheck({ … }) }',
        '"reporters" is no list; write: reporters: [defineReporter({ name, render })]',
      ],
    ],
    [
      'export default { reporters: [1, { name: "a=b", render: 1 }] }',
      [
        'reporter 1: is no reporter; in a file: export default defineReporter({ name, render })',
        'reporter 2: "name" is not a word',
        'reporter 2: "render" is not a function',
      ],
    ],
  ])('%j is a problem', async (content, problems) => {
    expect((await load(content)).problems).toEqual(problems.map((each) => `plugin ./mine.ts: ${each}`));
  });
});

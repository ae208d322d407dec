/** Configurations that are code; each is loaded in a thread of its own, as it is in the program. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fault } from '../base/errors.ts';
import { loadConfig } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'config-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const load = (
  extension: string,
  text: string,
  options: { timeoutMs?: number; onOutput?(text: string): void } = {},
) => {
  writeFileSync(path.join(folder, `meatymusic.config.${extension}`), text);
  return loadConfig({ cwd: folder, env: {}, ...options });
};
const problemsOf = async (loading: Promise<unknown>): Promise<string> => {
  const fault = await loading.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(fault instanceof Fault)) throw new Error('a Fault was expected', { cause: fault });
  expect(fault.exitCode).toBe(78);
  return fault.details.join('\n').replaceAll(folder, '<folder>');
};

it.each([
  [
    'ts',
    "import { defineConfig } from 'meatymusic';\nexport default defineConfig({ runtime: 'external' } as const);",
  ],
  ['mts', "export default { runtime: 'external' as const };"],
  ['js', "export default { runtime: 'external' };"],
  ['mjs', "export default async () => ({ runtime: 'external' });"],
])('reads meatymusic.config.%s', async (extension, text) => {
  expect((await load(extension, text)).config.runtime).toBe('external');
});

it('hands on what the file prints, and waits for nothing that it leaves behind', async () => {
  const text = 'console.log("loading");\nsetInterval(() => {}, 1000);\nexport default {};';
  let printed = '';
  await load('ts', text, {
    onOutput(part) {
      printed += part;
    },
  });
  expect(printed).toBe('loading\n');
});

it('names every problem at once, with the line of a name that occurs once', async () => {
  const text =
    "export default {\n  runtime: 'dockr',\n  plugin: [],\n  services: { web: { build: {} } },\n};";
  expect(await problemsOf(load('ts', text))).toMatchInlineSnapshot(`
    "meatymusic.config.ts:2: runtime is none of auto, compose, embedded, external
    meatymusic.config.ts:3: plugin is not known; did you mean "plugins"?
    meatymusic.config.ts:4: services.web.build.command is missing"
  `);
});

it.each([
  ['ts', "export default {\n  runtime: 'auto'\n  token: 'hunter2-secret',\n};"],
  ['ts', "const a = 1;\nthrow new Error('not today');"],
  ['ts', 'throw undefined;'],
  ['ts', 'export const config = {};'],
  ['ts', 'export default 5;'],
  ['ts', "export default { services: { __proto__: { api: 'x' } } };"],
  ['ts', 'const a: Record<string, unknown> = {};\na.options = a;\nexport default a;'],
  ['mjs', "import x from './missing.js';\nexport default x;"],
  ['ts', 'export default { vars: { f: () => 1 } };'],
  ['ts', 'process.exit(0);'],
  ['ts', "export default async () => {\n  throw new Error('later');\n};"],
])('%s %#: says what is wrong, and repeats no value', async (extension, content) => {
  const problems = await problemsOf(load(extension, content));
  expect(problems).not.toContain('hunter2-secret');
  expect(problems).toMatchSnapshot();
});

it.each([
  ['an await that never settles', 'await new Promise(() => {});\nexport default {};'],
  ['a loop without end', 'for (;;);'],
  ['a function that never answers', 'export default () => new Promise(() => {});'],
])('ends %s in the file', async (_what, content) => {
  const problems = await problemsOf(load('ts', content, { timeoutMs: 400 }));
  expect(problems).toBe('meatymusic.config.ts: fails to load: it is not done after 400 ms');
});

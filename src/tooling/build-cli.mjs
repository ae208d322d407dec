/**
 * Builds the CLI with the built-in checks, and the public entry points, which are views of the same modules.
 *
 * esbuild cuts the code into chunks, so that a module is evaluated when the first `import()` asks for it, as from the
 * source. A file for each chunk would cost more than it spares, one file for all makes every command pay for all of them
 * (reading, and V8's outline of each function): the chunks of a room of the house share a file, `cli/<room>.cjs`, which
 * holds each as a function. `cli.cjs` knows where they are.
 */
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';
import { packagesApart, writePackages } from './packages-apart.mjs';

/** Every call of the command line needs these. */
const inside = ['commander', 'fastest-levenshtein', 'chalk', 'valibot'];

export async function buildCli({ root, out, common }) {
  const used = new Set();
  const { outputFiles, metafile } = await build({
    ...common,
    banner: {},
    splitting: true,
    write: false,
    metafile: true,
    stdin: {
      contents: `export { main } from './src/cli.ts';
export { builtInChecks } from './src/engine/built-in-checks.ts';
export const index = () => import('./src/index.ts');
export const tester = () => import('./src/check/tester.ts');`,
      resolveDir: root,
    },
    outdir: out,
    entryNames: entry,
    chunkNames: '[name]-[hash]',
    plugins: [
      builtInChecks(root),
      importFile,
      packagesApart({ root, external: common.external, inside, used }),
    ],
    define: { ...common.define, 'import.meta.url': '__url' },
  });
  const chunks = await Promise.all(
    outputFiles.map(async ({ path: file, text }) => ({
      name: path.basename(file),
      room: roomOf(metafile.outputs[path.relative(root, file)]),
      code: await asCommonJs(text, common),
    })),
  );
  await writeRooms(out, chunks);
  await writeFile(path.join(out, 'cli.cjs'), findingCode(chunks));
  await writeFile(path.join(out, 'import-file.cjs'), 'exports.importFile = (url) => import(url);\n');
  await writePackages({ ...common, format: 'cjs', out, names: [...used], plugins: [], banner: {} });
  for (const name of ['index', 'tester']) await writeEntry(out, name);
}

const entry = 'cli-entry';

/** The room of the house that most of a chunk comes from; what every call needs is in `core`. */
function roomOf({ inputs, entryPoint }) {
  const bySize = Object.entries(inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
  const [top, room, inner = ''] = (bySize[0]?.[0] ?? entryPoint ?? 'none').split('/');
  if (top === 'checks') return 'checks';
  const isInner = inner !== '' && !inner.endsWith('.ts');
  const isOfAll = ['base', 'check', 'config'].includes(room) || (room === 'commands' && !isInner);
  if (top !== 'src' || inner === '' || isOfAll) return 'core';
  return isInner && ['commands', 'runtimes', 'probes'].includes(room) ? `${room}-${inner}` : room;
}

/** A chunk as the body of a function; `import()` of another chunk becomes a `require` that waits its turn. */
async function asCommonJs(text, { target, minifySyntax, minifyWhitespace }) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target,
    minifySyntax,
    minifyWhitespace,
    supported: { 'dynamic-import': false },
  });
  return code;
}

async function writeRooms(out, chunks) {
  await mkdir(path.join(out, 'cli'));
  for (const room of new Set(chunks.map((chunk) => chunk.room))) {
    const functions = chunks
      .filter((chunk) => chunk.room === room)
      .map(({ name, code }) => `${JSON.stringify(name)}(exports,require,module,__url){${code}}`);
    await writeFile(path.join(out, 'cli', `${room}.cjs`), `module.exports={${functions.join(',\n')}};\n`);
  }
}

/** The code of `cli.cjs`: evaluates a chunk when it is first asked for. */
function findingCode(chunks) {
  const places = Object.fromEntries(chunks.map(({ name, room }) => [`./${name}`, room]));
  return `'use strict';
const places = ${JSON.stringify(places)};
const url = require('node:url').pathToFileURL(__filename).href;
const evaluated = new Map();
function within(id) {
  const room = places[id];
  if (room === undefined) return require(id);
  let module = evaluated.get(id);
  if (module === undefined) {
    module = { exports: {} };
    evaluated.set(id, module);
    require('./cli/' + room + '.cjs')[id.slice(2)](module.exports, within, module, url);
    // Getters, until now: what a chunk exports does not change any more, and plain properties are read faster.
    module.exports = { __proto__: null, ...module.exports };
  }
  return module.exports;
}
module.exports = within('./${entry}.js');
`;
}

/** Compiled code that is read from a cache cannot `import()`; a file that Node compiles anew each time can. */
const importFile = {
  name: 'import-file',
  setup(build) {
    build.onResolve({ filter: /[\\/]import-file\.ts$/ }, () => ({
      path: './import-file.cjs',
      external: true,
    }));
  },
};

/** Puts the checks themselves in the place of the module that looks for their files: one chunk, as a run wants them all. */
function builtInChecks(root) {
  const names = readdirSync(path.join(root, 'checks'), { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort();
  const all = 'all-built-in-checks';
  return {
    name: 'built-in-checks',
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/]engine[\\/]built-in-checks\.ts$/ }, () => ({
        contents: `export const builtInChecks = async () => (await import('${all}')).loaders;`,
        resolveDir: path.join(root, 'checks'),
      }));
      build.onResolve({ filter: new RegExp(`^${all}$`) }, () => ({ path: all, namespace: all }));
      build.onLoad({ filter: /.*/, namespace: all }, () => ({
        contents: [
          ...names.map((name, index) => `import * as check${index} from './${name}';`),
          `export const loaders = { ${names.map((name, index) => `${JSON.stringify(name)}: async () => check${index}`)} };`,
        ].join('\n'),
        resolveDir: path.join(root, 'checks'),
      }));
    },
  };
}

async function writeEntry(out, name) {
  const { default: cli } = await import(pathToFileURL(path.join(out, 'cli.cjs')).href);
  const names = Object.keys(await cli[name]());
  await writeFile(
    path.join(out, `${name}.js`),
    `import { createRequire } from 'node:module';
const all = await createRequire(import.meta.url)('./cli.cjs').${name}();
export const { ${names.join(', ')} } = all;
`,
  );
}

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
import { build } from 'esbuild';
import { chunkBody } from './chunk-body.mjs';
import { packagesApart, part, writePackages } from './packages-apart.mjs';
import { quickIoredis } from './quick-ioredis.mjs';

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
      notAsked,
      packagesApart({ root, external: common.external, inside, used }),
    ],
    define: { ...common.define, 'import.meta.url': '__url' },
  });
  const chunks = outputFiles.map(({ path: file, text }) => ({
    name: path.basename(file),
    room: roomOf(metafile.outputs[path.relative(root, file)]),
    body: chunkBody(text),
  }));
  await writeRooms(out, chunks);
  await writeFile(path.join(out, 'cli.cjs'), findingCode(chunks));
  await writeFile(path.join(out, 'import-file.cjs'), 'exports.importFile = (url) => import(url);\n');
  await writePackages({ ...common, format: 'cjs', out, names: [...used], plugins: [quickIoredis] });
  for (const name of ['index', 'tester']) await writeEntry(out, name);
}

const entry = 'cli-entry';

/** The room of the house that most of a chunk comes from; what most calls need is in `core`, and what is too small to be read for. */
function roomOf({ bytes, inputs, entryPoint }) {
  const bySize = Object.entries(inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
  const [top, room, inner = ''] = (bySize[0]?.[0] ?? entryPoint ?? 'none').split('/');
  if (bytes < 1000) return 'core';
  if (top === 'checks' || room === 'check') return 'checks';
  const isInner = inner !== '' && !inner.endsWith('.ts');
  const isOfMost = ['base', 'config'].includes(room) || (room === 'commands' && !isInner);
  if (top !== 'src' || inner === '' || isOfMost) return 'core';
  return isInner && ['commands', 'runtimes', 'probes'].includes(room) ? `${room}-${inner}` : room;
}

async function writeRooms(out, chunks) {
  await mkdir(path.join(out, 'cli'));
  for (const room of new Set(chunks.map((chunk) => chunk.room))) {
    const functions = chunks
      .filter((chunk) => chunk.room === room)
      .map(({ name, body }) => `${JSON.stringify(name)}(require,__url){${body}}`);
    await writeFile(
      path.join(out, 'cli', `${room}.cjs`),
      `'use strict';${part[0]}{${functions.join(',\n')}}${part[1]}`,
    );
  }
}

/** The code of `cli.cjs`: evaluates a chunk when it is first asked for. */
function findingCode(chunks) {
  const places = Object.fromEntries(chunks.map(({ name, room }) => [`./${name}`, room]));
  return `'use strict';
const places = ${JSON.stringify(places)};
const path = require('node:path');
const url = require('node:url').pathToFileURL(__filename).href;
const evaluated = new Map();
function within(id) {
  if (!evaluated.has(id)) {
    const room = places[id];
    if (room !== undefined) evaluated.set(id, require('./cli/' + room + '.cjs')[id.slice(2)](within, url));
    else if (id.startsWith('./packages/')) evaluated.set(id, evaluatedPackage(id));
    else return require(id);
  }
  return evaluated.get(id);
}
function evaluatedPackage(id) {
  const module = { exports: {} };
  const file = path.join(path.dirname(__filename), id);
  require(id)(module.exports, require, module, file, path.dirname(file));
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

/** What packages load at their start, and we never ask them for: commands that are programs, what a terminal can show. */
const notAsked = {
  name: 'not-asked',
  setup(build) {
    const instead = {
      'commander node:child_process': `exports.spawn = (...args) => require('node:child_process').spawn(...args);`,
      'chalk #supports-color': 'export default { stdout: false, stderr: false };',
    };
    build.onResolve({ filter: /^(node:child_process|#supports-color)$/ }, ({ path: name, importer }) => {
      const [, owner] = /.*\/node_modules\/([^/]+)\//.exec(importer.replaceAll('\\', '/')) ?? [];
      return instead[`${owner} ${name}`] && { path: `${owner} ${name}`, namespace: 'not-asked' };
    });
    build.onLoad({ filter: /.*/, namespace: 'not-asked' }, ({ path: name }) => ({ contents: instead[name] }));
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

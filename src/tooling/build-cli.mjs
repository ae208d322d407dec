/** Builds the CLI with the built-in checks, and the public entry points, which are views of the same modules. */
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { packagesApart, writePackages } from './packages-apart.mjs';

/** Every call of the command line needs these. */
const inside = ['commander', 'fastest-levenshtein', 'chalk', 'valibot'];

export async function buildCli({ root, out, common, configShape }) {
  const used = new Set();
  const options = { ...common, format: 'cjs' };
  const { metafile } = await build({
    ...options,
    metafile: true,
    stdin: {
      contents: `export { main } from './src/cli.ts';
export { builtInChecks } from './src/engine/built-in-checks.ts';
export const index = () => require('./src/index.ts');
export const tester = () => require('./src/check/tester.ts');`,
      resolveDir: root,
    },
    outfile: path.join(out, 'cli.cjs'),
    plugins: [
      builtInChecks(root),
      importFile,
      packagesApart({ root, external: common.external, inside, used }),
    ],
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
    define: {
      ...common.define,
      'import.meta.url': '__url',
      __CONFIG_SHAPE__: JSON.stringify(JSON.stringify(configShape)),
    },
  });
  const [bundle] = Object.values(metafile.outputs);
  const late = bundle.imports.filter(({ kind }) => kind === 'dynamic-import').map((each) => each.path);
  if (late.length > 0) throw new Error(`the bundle of the CLI still has import() of ${late.join(', ')}`);
  await writeFile(path.join(out, 'import-file.cjs'), 'exports.importFile = (url) => import(url);\n');
  await writePackages({ ...options, out, names: [...used], plugins: [], banner: {} });
  for (const name of ['index', 'tester']) await writeEntry(out, name);
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

/** Puts the checks themselves in the place of the module that looks for their files. */
function builtInChecks(root) {
  const names = readdirSync(path.join(root, 'checks'), { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort();
  const table = names.map((name) => `${JSON.stringify(name)}: () => import('../../checks/${name}')`);
  return {
    name: 'built-in-checks',
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/]engine[\\/]built-in-checks\.ts$/ }, () => ({
        contents: `const loaders = { ${table.join(',\n')} };
export const builtInChecks = async () => loaders;`,
        resolveDir: path.join(root, 'src/engine'),
      }));
    },
  };
}

async function writeEntry(out, name) {
  const cli = createRequire(import.meta.url)(path.join(out, 'cli.cjs'));
  const names = Object.keys(cli[name]());
  await writeFile(
    path.join(out, `${name}.js`),
    `import { createRequire } from 'node:module';
const all = createRequire(import.meta.url)('./cli.cjs').${name}();
export const { ${names.join(', ')} } = all;
`,
  );
}

/**
 * Builds the reference stack: one file for the API, one for the web server, and what the browser loads. Each folder stands
 * on its own, without node_modules, so that a process or an image needs Node.js and that folder alone.
 */
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const banner = {
  js: [
    "import { createRequire as __createRequire } from 'node:module';",
    "import { fileURLToPath as __fileURLToPath } from 'node:url';",
    'const require = __createRequire(import.meta.url);',
    "const __filename = __fileURLToPath(import.meta.url); const __dirname = __fileURLToPath(new URL('.', import.meta.url));",
  ].join(' '),
};

/** `common`: esbuild's options of the whole build. */
export async function buildStack({ root, out, common }) {
  const here = path.join(root, 'src/stack');
  const server = {
    ...common,
    banner,
    external: ['pg-native'],
    define: {
      ...common.define,
      __MIGRATIONS__: JSON.stringify(migrationNames(path.join(root, 'migrations'))),
    },
    minifySyntax: true,
    minifyWhitespace: true,
    splitting: false,
  };
  const web = path.join(out, 'web');
  const [, , client] = await Promise.all([
    build({
      ...server,
      entryPoints: [path.join(here, 'api/main.ts')],
      outfile: path.join(out, 'api/main.js'),
    }),
    build({ ...server, entryPoints: [path.join(here, 'web/main.ts')], outfile: path.join(web, 'server.js') }),
    build({
      absWorkingDir: root,
      entryPoints: {
        client: path.join(here, 'web/client/main.ts'),
        style: path.join(here, 'web/client/style.css'),
      },
      outdir: path.join(web, 'public/assets'),
      entryNames: '[name]-[hash]',
      bundle: true,
      platform: 'browser',
      format: 'esm',
      target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
      minify: true,
      metafile: true,
      legalComments: 'none',
      logLevel: 'warning',
    }),
  ]);
  const built = Object.keys(client.metafile.outputs).map((file) => path.basename(file));
  const assets = {
    script: built.find((name) => name.endsWith('.js')),
    style: built.find((name) => name.endsWith('.css')),
  };
  await copyFile(path.join(here, 'web/client/favicon.svg'), path.join(web, 'public/favicon.svg'));
  await writeFile(path.join(web, 'assets.json'), JSON.stringify(assets));
  for (const folder of ['api', 'web'])
    await writeFile(path.join(out, folder, 'package.json'), '{"type":"module"}\n');
}

function migrationNames(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d.*\.ts$/.test(name) && !/\.test\.ts$/.test(name))
    .map((name) => name.replace(/\.ts$/, ''))
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const out = path.resolve(process.argv[2] ?? path.join(root, 'dist/stack'));
  await mkdir(out, { recursive: true });
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    define: { __VERSION__: JSON.stringify(version) },
    logLevel: 'warning',
    legalComments: 'none',
  };
  await buildStack({ root, out, common });
}

/**
 * Builds `dist/`: the CLI with every check, the programs and threads that it starts, the public entry points and the
 * reference stack; then types and JSON Schemas. Built beside and swapped in, so that a running stack or a failed build
 * never sees half of it.
 *
 * The CLI is one CommonJS file of our own code, with each npm package in a file beside it. A module of it, a package or
 * a module of Node is evaluated when the first `import()` asks for it, as from the source. One file because each ES
 * module costs about half a millisecond before it runs, and CommonJS because it evaluates Node's own modules lazily.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildStack } from '../stack/build.mjs';
import { buildCli } from './build-cli.mjs';
import { lazyPackages } from './lazy-packages.mjs';
import { quickIoredis } from './quick-ioredis.mjs';
import { writeSchemas } from './schemas.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = path.join(root, `dist.${process.pid}`);
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

/** What is loaded from node_modules at run time: WebAssembly beside its code, or a package with files of its own. */
const external = ['@electric-sql/*', 'playwright-core', 'jiti', 'pg-native'];
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  external,
  plugins: [lazyPackages({ root, external }), quickIoredis],
  banner,
  define: { __VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
  legalComments: 'none',
  minifySyntax: true,
  minifyWhitespace: true,
};

/** What runs in a process or thread of its own. */
const programs = {
  'config-worker': 'src/config/config-worker.ts',
  supervisor: 'src/runtimes/embedded/supervisor.ts',
  'database-server': 'src/runtimes/embedded/database-server.ts',
  'cache-server': 'src/runtimes/embedded/cache-server.ts',
  watchdog: 'src/engine/watchdog.ts',
  'browser-thread': 'src/probes/browser/thread.ts',
  'log-worker': 'src/probes/logs/worker.ts',
};

try {
  await Promise.all([
    buildCli({ root, out, common }),
    build({
      ...common,
      entryPoints: programs,
      outdir: out,
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
    }),
    // In one piece: a container is handed this file and no other.
    build({
      ...common,
      entryPoints: { 'otlp-receiver': 'src/probes/otlp/main.ts' },
      outdir: out,
    }),
    buildStack({ root, out: path.join(out, 'stack'), common }),
  ]);
  await writeSchemas({ root, out, common });
  if (!process.argv.includes('--no-types')) {
    execFileSync(
      process.execPath,
      [
        path.join(root, 'node_modules/typescript/bin/tsc'),
        '--emitDeclarationOnly',
        '--incremental',
        'false',
        '--declaration',
        '--outDir',
        path.join(out, 'types'),
      ],
      { cwd: root, stdio: 'inherit' },
    );
  }
  await swap();
} finally {
  await rm(out, { recursive: true, force: true });
}

async function swap() {
  const dist = path.join(root, 'dist');
  const old = path.join(root, `dist.old.${process.pid}`);
  if (existsSync(dist)) await rename(dist, old);
  await rename(out, dist);
  await rm(old, { recursive: true, force: true });
}

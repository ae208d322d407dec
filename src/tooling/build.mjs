/**
 * Builds `dist/`: the CLI, every check, the public entry points and the reference stack, bundled with shared chunks so
 * that a command loads only what it needs; then types and JSON Schemas. Built beside and swapped in, so that a running
 * stack or a failed build never sees half of it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lazyPackages } from './lazy-packages.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = path.join(root, `dist.${process.pid}`);
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

const files = (folder, keep) =>
  readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => path.join(folder, String(name)))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && keep(name));

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
  plugins: [lazyPackages({ root, external })],
  banner,
  define: { __VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
  legalComments: 'none',
  minifySyntax: true,
  minifyWhitespace: true,
};

const entries = {};
for (const name of files('checks', () => true)) entries[name.replace(/\.ts$/, '')] = name;
for (const [name, file] of Object.entries({
  cli: 'src/cli.ts',
  index: 'src/index.ts',
  'config-worker': 'src/config/config-worker.ts',
  tester: 'src/check/tester.ts',
  supervisor: 'src/runtimes/embedded/supervisor.ts',
  'database-server': 'src/runtimes/embedded/database-server.ts',
  'cache-server': 'src/runtimes/embedded/cache-server.ts',
  watchdog: 'src/engine/watchdog.ts',
  'otlp-receiver': 'src/probes/otlp/main.ts',
  'log-worker': 'src/probes/logs/worker.ts',
})) {
  if (existsSync(path.join(root, file))) entries[name] = file;
}

try {
  await build({
    ...common,
    entryPoints: entries,
    outdir: out,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
  if (existsSync(path.join(root, 'src/stack/build.mjs'))) {
    const { buildStack } = await import('../stack/build.mjs');
    await buildStack({ root, out: path.join(out, 'stack'), common });
  }
  if (existsSync(path.join(root, 'src/tooling/schemas.mjs'))) {
    const { writeSchemas } = await import('./schemas.mjs');
    await writeSchemas({ root, out, common });
  }
  if (!process.argv.includes('--no-types')) {
    execFileSync(
      process.execPath,
      [
        path.join(root, 'node_modules/typescript/bin/tsc'),
        '--emitDeclarationOnly',
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

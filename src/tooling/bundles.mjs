/** Bundles in `dist/`, as options of rolldown. A package is either bundled or a dependency, never both. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { dts } from 'rolldown-plugin-dts';
import { stackBundles } from '../stack/bundles.mjs';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const { version, dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Class names are kept: some packages use them as names of their errors. */
const mangle = { keepNames: { class: true, function: false } };

/** The public entries. */
const entries = { index: 'src/index.ts', testing: 'src/check/tester.ts' };

/** Returns the bundles of all programs, with `out` as `dist/`. */
export function programBundles(out, plugins = []) {
  const bundle = ({ input, output, plugins: own = [] }) => ({
    cwd: root,
    input,
    platform: 'node',
    // The last three are optional: what uses them is off.
    external: [...Object.keys(dependencies), 'pg-native', 'supports-color', '@grpc/proto-loader'],
    // ES modules are preferred over CommonJS: unused exports are removed.
    resolve: { mainFields: ['module', 'main'] },
    plugins: [builtInChecks, ...own, ...plugins],
    transform: { target: 'node20.19', define: { __VERSION__: JSON.stringify(version) } },
    checks: { ineffectiveDynamicImport: false, pluginTimings: false },
    output: { dir: out, minify: { mangle }, comments: false, ...output },
  });
  return [
    // CommonJS starts faster than ES modules: docs/decisions/bundled-or-required.md has the figures.
    bundle({
      input: { cli: 'src/cli.ts', 'config-worker': 'src/config/config-worker.ts', ...entries },
      output: {
        format: 'cjs',
        entryFileNames: '[name].cjs',
        chunkFileNames: 'cli/[name]-[hash].cjs',
      },
      plugins: [receiverProgram, namesOfExports],
    }),
    // Programs that run in their own process or thread.
    bundle({
      input: {
        supervisor: 'src/runners/process/supervisor.ts',
        'database-server': 'src/runners/embedded/database-server.ts',
        'cache-server': 'src/runners/embedded/cache-server.ts',
        watchdog: 'src/engine/watchdog.ts',
        'browser-thread': 'src/probes/browser/thread.ts',
        'log-worker': 'src/logs/worker.ts',
      },
      output: { format: 'esm', chunkFileNames: 'programs/[name]-[hash].js' },
    }),
    // A single file, which is copied into a container.
    bundle({
      input: { 'otlp-receiver': 'src/probes/otlp/main.ts' },
      output: { format: 'esm', codeSplitting: false },
    }),
    ...stackBundles({ root, out: path.join(out, 'stack'), bundle }),
  ];
}

/** Returns one bundle of types per public entry, from the declarations that tsc wrote to `declarations`. */
export function typeBundles(declarations, out) {
  return Object.entries(entries).map(([name, source]) => ({
    cwd: root,
    input: { [name]: path.join(declarations, source.replace(/\.ts$/, '.d.ts')) },
    external: Object.keys(dependencies),
    plugins: dts({ dtsInput: true, tsconfig: false }),
    checks: { pluginTimings: false },
    output: { dir: out, entryFileNames: '[name].d.cts', codeSplitting: false },
  }));
}

/** Plugin that loads the receiver of spans from its program: gRPC would be in the package twice. */
const receiverProgram = {
  name: 'receiver-program',
  resolveId: {
    filter: { id: /[\\/]otlp[\\/]receiver\.ts$/ },
    handler: () => ({ id: '../otlp-receiver.js', external: true }),
  },
};

/** Plugin that keeps the names of exports readable for Node.js, which finds them in the text: it knows `true`, not `!0`. */
const namesOfExports = {
  name: 'names-of-exports',
  generateBundle(_options, files) {
    for (const file of Object.values(files)) {
      if (file.isEntry) file.code = file.code.replaceAll('{enumerable:!0,get:', '{enumerable:true,get:');
    }
  },
};

/** Plugin that replaces the module that searches the files of the built-in checks by a list of them. */
const builtInChecks = {
  name: 'built-in-checks',
  load: {
    filter: { id: /[\\/]src[\\/]sources[\\/]built-in-checks\.ts$/ },
    handler() {
      const names = readdirSync(path.join(root, 'checks'), { recursive: true })
        .map((name) => name.replaceAll('\\', '/'))
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .sort();
      const file = (name) => JSON.stringify(path.join(root, 'checks', name));
      const loaders = names.map((name, at) => `${JSON.stringify(name)}: async () => check${at}`);
      return names
        .map((name, at) => `import * as check${at} from ${file(name)};`)
        .concat(`export const builtInChecks = async () => ({ ${loaders.join(', ')} });`)
        .join('\n');
    },
  },
};

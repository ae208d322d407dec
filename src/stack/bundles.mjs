/**
 * The reference stack: one file for the API, one for the web server, and what the browser loads. Each folder is complete
 * without node_modules, so that a process or an image needs Node.js and that folder alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Packages that are written as CommonJS ask for these. */
const banner =
  "import { fileURLToPath as __toPath } from 'node:url'; const __filename = __toPath(import.meta.url); const __dirname = __toPath(new URL('.', import.meta.url));";

/** `bundle({ input, output, plugins })` returns options of rolldown for Node.js. */
export function stackBundles({ root, out, bundle }) {
  const here = path.join(root, 'src/stack');
  const server = (name, folder) => {
    const options = bundle({
      input: { [name]: path.join(here, folder, 'main.ts') },
      output: { dir: path.join(out, folder), format: 'esm', codeSplitting: false, banner },
      plugins: [packageFile],
    });
    options.transform.define.__MIGRATIONS__ = JSON.stringify(migrationNames(path.join(root, 'migrations')));
    return { ...options, external: ['pg-native', 'supports-color'] };
  };
  const client = bundle({
    input: { client: path.join(here, 'web/client/main.ts') },
    output: {
      dir: path.join(out, 'web'),
      entryFileNames: 'public/assets/[name]-[hash].js',
      assetFileNames: 'public/assets/[name]-[hash][extname]',
      codeSplitting: false,
    },
    plugins: [webFiles(path.join(here, 'web/client'))],
  });
  const transform = { target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'] };
  return [server('main', 'api'), server('server', 'web'), { ...client, platform: 'browser', transform }];
}

const packageFile = {
  name: 'package-file',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'package.json', source: '{"type":"module"}\n' });
  },
};

/** Copies the static files of the web server and records the names of script and style. */
const webFiles = (folder) => ({
  name: 'web-files',
  generateBundle(_options, files) {
    const read = (name) => readFileSync(path.join(folder, name));
    const style = this.emitFile({ type: 'asset', name: 'style.css', source: read('style.css') });
    this.emitFile({ type: 'asset', fileName: 'public/favicon.svg', source: read('favicon.svg') });
    const script = Object.values(files).find(({ isEntry }) => isEntry).fileName;
    const names = { script: path.basename(script), style: path.basename(this.getFileName(style)) };
    this.emitFile({ type: 'asset', fileName: 'assets.json', source: JSON.stringify(names) });
  },
});

function migrationNames(folder) {
  return readdirSync(folder)
    .filter((name) => /^\d.*\.ts$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => name.replace(/\.ts$/, ''))
    .sort();
}

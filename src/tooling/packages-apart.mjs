/**
 * Keeps npm packages out of a CommonJS bundle: each gets a file of its own under `packages/`, which is read when the
 * first module that imports the package is evaluated. The names are those that Node finds.
 */
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { exportedNames } from './lazy-packages.mjs';

const namespace = 'package-apart';

/**
 * `inside`: packages that every call needs, and that stay in the bundle. `external`: what is read from node_modules, by
 * `require` too, as `import()` is not to be had in code that was compiled before. `used` learns what was kept out.
 */
export function packagesApart({ root, external, inside, used }) {
  const isExternal = (name) => isBuiltin(name) || external.some((each) => matches(each, name));
  const isOwn = (importer) => !importer.includes(`${path.sep}node_modules${path.sep}`);
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path: name, importer, namespace: from, kind }) => {
        if (from === namespace || !isOwn(importer)) return undefined;
        if (isBuiltin(name) && kind !== 'dynamic-import') return undefined;
        if (inside.includes(name)) return undefined;
        if (!isExternal(name)) used.add(name);
        return { path: name, namespace };
      });
      build.onResolve({ filter: /^\.\/packages\// }, ({ path: file }) => ({ path: file, external: true }));
      build.onLoad({ filter: /.*/, namespace }, async ({ path: name }) => {
        const names = await exportedNames(name);
        const quoted = JSON.stringify(name);
        const lines = [
          isExternal(name)
            ? `const all = require(${quoted});`
            : `const all = require(${JSON.stringify(`./packages/${fileOf(name)}`)})[${quoted}];`,
          ...names.map((each, index) => `const _${index} = all[${JSON.stringify(each)}];`),
          `export { ${names.map((each, index) => `_${index} as ${each}`).join(', ')} };`,
        ];
        return { contents: lines.join('\n'), resolveDir: root };
      });
    },
  };
}

/** Writes the files of the packages that `packagesApart` kept out. */
export async function writePackages({ out, names, ...options }) {
  const groups = new Map();
  for (const name of names) groups.set(fileOf(name), [...(groups.get(fileOf(name)) ?? []), name]);
  await Promise.all(
    [...groups].map(([file, members]) =>
      build({
        ...options,
        // Compiled code that is read from a cache cannot `import()`.
        supported: { 'dynamic-import': false },
        stdin: {
          contents: members
            .map((name, index) => `import * as p${index} from ${JSON.stringify(name)};`)
            .concat(
              `module.exports = { ${members.map((name, index) => `${JSON.stringify(name)}: p${index}`)} };`,
            )
            .join('\n'),
          resolveDir: options.absWorkingDir,
        },
        banner: { js: `${part[0]}function(exports,require,module,__filename,__dirname){` },
        footer: { js: `}${part[1]}` },
        outfile: path.join(out, 'packages', file),
      }),
    ),
  );
}

/** What stands around a file that is one expression: it is that to a `require`, and to a script that is run as it is. */
export const part = ['(part=>typeof module==="object"?module.exports=part:part)(', ');\n'];

/** Packages of one scope share state, so they share a file. */
function fileOf(name) {
  const [first, second] = name.split('/');
  const scoped = first.startsWith('@');
  return `${scoped && first !== '@opentelemetry' ? `${first.slice(1)}-${second}` : first.replace('@', '')}.cjs`;
}

function matches(pattern, name) {
  return name === pattern || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));
}

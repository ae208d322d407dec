/**
 * Makes `await import('a-package')` give in the bundle what it gives in Node. Bundled, a CommonJS package that is
 * imported lazily has nothing but `default`; here the names are those that Node finds, re-exported one by one.
 */
import { isBuiltin } from 'node:module';

const namespace = 'lazy-package';

export function lazyPackages({ root, external }) {
  const isExternal = (name) =>
    external.some((each) => name === each || (each.endsWith('*') && name.startsWith(each.slice(0, -1))));
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind === 'dynamic-import' && !isBuiltin(path) && !isExternal(path) ? { path, namespace } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const names = await exportedNames(path);
        const lines = [
          `import * as all from ${JSON.stringify(path)};`,
          ...names.map((name, index) => `const _${index} = all[${JSON.stringify(name)}];`),
          `export { ${names.map((name, index) => `_${index} as ${name}`).join(', ')} };`,
        ];
        return { contents: lines.join('\n'), resolveDir: root };
      });
    },
  };
}

/** What `import * as all from 'a-package'` gives in Node, without the marks of compilers. */
export async function exportedNames(name) {
  return Object.keys(await import(name)).filter((each) => /^(?!__)[A-Za-z_$][\w$]*$/.test(each));
}

/** The lines by which what `migrate create` writes differs from JavaScript; each stays one line. */
const typedLines: readonly [line: RegExp, plain: (...groups: string[]) => string][] = [
  [/^import type \{[ \w,]*\} from 'kysely';$/gm, () => ''],
  [/^import \{([ \w,]*)\} from 'kysely';$/gm, (names) => `const {${valuesOf(names!)}} = require('kysely');`],
  [/^export const noTransaction = true;$/gm, () => 'exports.noTransaction = true;'],
  [
    /^(export )?(async )?function (\w+)\((\w+): Kysely<\w+>\)(?:: Promise<\w+>)? \{/gm,
    (exported, async, name, db) =>
      `${exported ? `exports.${name} = ${name}; ` : ''}${async ?? ''}function ${name}(${db}) {`,
  ],
];

/**
 * The migration as a script in strict mode, where nothing but those lines makes it TypeScript; `undefined` where it may
 * be more. What is left is JavaScript, or does not compile as such: of all that TypeScript adds, only type arguments can
 * be read as something else (`f<T>(x)` as two comparisons), so that a `<` anywhere is too much.
 */
export function withoutTypedLines(source: string): string | undefined {
  let code = source;
  let inText = false;
  for (const [line, plain] of typedLines) {
    code = code.replace(line, (found, ...rest) => {
      const at = rest.findIndex((each) => typeof each === 'number');
      // A line of a template literal is the migration's own text.
      if (code.slice(0, rest[at] as number).split('`').length % 2 === 0) inText = true;
      return inText ? found : plain(...(rest.slice(0, at) as string[]));
    });
  }
  return inText || /<|\b(?:import|export)\b/.test(code) ? undefined : `'use strict';${code}`;
}

function valuesOf(names: string): string {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => name.replace(' as ', ': '))
    .join(', ');
}

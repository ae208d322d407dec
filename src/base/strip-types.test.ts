import { expect, it } from 'vitest';
import { transformBySucrase } from './strip-types.ts';

const transform = (source: string) => transformBySucrase({ source, async: true }, ['kysely']);

it('keeps the lines of the source', () => {
  const source =
    "import { type Kysely, sql } from 'kysely';\n\nexport const up = (db: Kysely<1>) =>\n  sql;\n";
  expect(transform(source)?.split('\n')).toHaveLength(source.split('\n').length);
});

it.each([
  ['a neighbour', "import { a } from './a.ts';"],
  ['another package', "export { a } from 'pg';"],
  ['an import()', "export const up = () => import('node:fs');"],
  ['import.meta', 'export const up = import.meta.url;'],
  ['require', "export const up = () => require('pg');"],
  ['a namespace with code', 'namespace A { export const x = 1 }'],
  ['a syntax error', 'export async function up( {'],
  ['code that is invalid without its types', 'export const up = 1; let up = 2;'],
])('leaves to Babel a file with %s', (_what, source) => {
  expect(transform(source)).toBeUndefined();
});

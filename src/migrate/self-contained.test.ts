import { describe, expect, test } from 'vitest';
import { createSelfContained } from './self-contained.ts';
import { withoutTypedLines } from './typed-lines.ts';

const evaluate = async (source: string) =>
  (await createSelfContained())({ name: '1_a', path: '/nowhere/1_a.ts', checksum: '', source });

const created = `import { type Kysely, sql } from 'kysely';

/** Phase 1: songs. */
export const noTransaction = true;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql\`select 1\`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await helper(db);
}

async function helper(db: Kysely<unknown>): Promise<void> {}
`;

describe('a migration that imports Kysely alone', () => {
  test('as `migrate create` writes it, is JavaScript but for its typed lines', async () => {
    expect(withoutTypedLines(created)?.split('\n')).toEqual([
      "'use strict';const {sql} = require('kysely');",
      '',
      '/** Phase 1: songs. */',
      'exports.noTransaction = true;',
      '',
      'exports.up = up; async function up(db) {',
      '  await sql`select 1`.execute(db);',
      '}',
      '',
      'exports.down = down; async function down(db) {',
      '  await helper(db);',
      '}',
      '',
      'async function helper(db) {}',
      '',
    ]);
    expect(await evaluate(created)).toEqual({
      noTransaction: true,
      up: expect.any(Function),
      down: expect.any(Function),
    });
  });

  test.each([
    ['type arguments, which JavaScript would read as comparisons', 'const rows = sql<Row>`select 1`;'],
    ['another import', "import { a } from './a.ts';"],
    ['another export', 'export const a = 1;'],
    [
      'a typed line within a text',
      'const text = `\nexport async function up(db: Kysely<unknown>): Promise<void> {\n`;',
    ],
  ])('is not judged by its lines where there is %s', (_what, line) => {
    expect(withoutTypedLines(`${created}${line}\n`)).toBeUndefined();
  });

  test.each([
    ['type arguments', 'type Row = { n: number };\nexport const up = async () => Array.of<Row>({ n: 1 });'],
    ['an enum', 'enum Mood { glad = 1 }\nexport const up = async () => [{ n: Mood.glad }];'],
    [
      'an import of Node',
      "import { join } from 'node:path';\nexport const up = async (x?: string) => [{ n: join('a').length }];",
    ],
  ])('may have %s', async (_what, source) => {
    const { up } = (await evaluate(source)) as { up(): Promise<unknown> };
    expect(await up()).toEqual([{ n: 1 }]);
  });

  test('fails with the place in its own file', async () => {
    const { up } = (await evaluate(
      created.replace('await sql`select 1`.execute(db);', 'throw new Error();'),
    )) as {
      up(): Promise<unknown>;
    };
    const error = (await up().catch((thrown: unknown) => thrown)) as Error;
    expect(error.stack).toContain('/nowhere/1_a.ts:7:');
  });

  test('rejects with what it throws', async () => {
    await expect(evaluate("export const up = 1;\nthrow new Error('at load');")).rejects.toThrow('at load');
  });

  test.each([
    ['a file beside it', "import { a } from './a.ts';\nexport const up = () => a;"],
    ['another package', "import pg from 'pg';\nexport const up = () => pg;"],
    ['an import() when it runs', "export const up = () => import('./a.ts');"],
    ['a namespace with code', 'namespace A { export const x = 1 }\nexport const up = () => A.x;'],
    ['an await at the top level', 'await 1;\nexport const up = () => {};'],
    ['a syntax error', 'export async function up( {'],
  ])('is left to the module loader where it has %s', async (_what, source) => {
    expect(await evaluate(source)).toBeUndefined();
  });
});

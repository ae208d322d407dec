/** Migrations as projects with kysely-ctl have them: default exports, path aliases, no down, compiled files. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createMigrationsFolder,
  type MigrationsFolder,
  migrationText,
} from '../testing/migrations-folder.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { migrateDown, migrateUp, migrationState, verifyMigrations } from './index.ts';

describe.skipIf(postgresMissing)(`a Kysely project${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let server: TestPostgres;
  let migrations: MigrationsFolder;
  let options: { url: string; folder: string };

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    migrations = await createMigrationsFolder();
    options = { url: await server.createDatabase(), folder: migrations.folder };
  });
  afterEach(() => migrations.dispose());

  const head = "import { type Kysely, sql } from 'kysely';\n";
  const create = 'await sql`create table t (id int)`.execute(db);';
  const drop = 'await sql`drop table t`.execute(db);';

  test.each([
    [
      'an object',
      'ts',
      `${head}async function up(db: Kysely<unknown>) { ${create} }\nasync function down(db: Kysely<unknown>) { ${drop} }\nexport default { up, down };`,
    ],
    [
      'an instance of a class that uses its fields',
      'ts',
      `${head}class M { table = 't'; async up(db: Kysely<unknown>) { await sql.raw('create table ' + this.table + ' (id int)').execute(db); } async down(db: Kysely<unknown>) { ${drop} } }\nexport default new M();`,
    ],
    [
      'an object beside other exports',
      'ts',
      `${head}export const up = 'not it';\nexport default { async up(db: Kysely<unknown>) { ${create} }, async down(db: Kysely<unknown>) { ${drop} } };`,
    ],
    [
      'module.exports',
      'cjs',
      `const { sql } = require('kysely');\nmodule.exports = { async up(db) { ${create} }, async down(db) { ${drop} } };`,
    ],
  ])('exports %s', async (_, extension, text) => {
    await migrations.write(`1_a.${extension}`, text);
    expect((await migrateUp(options)).ran).toHaveLength(1);
    expect((await migrateDown(options)).ran).toHaveLength(1);
  });

  test('imports by path aliases of the nearest tsconfig.json, inherited ones too', async () => {
    const { folder } = migrations;
    const nested = path.join(folder, 'db', 'migrations');
    mkdirSync(nested, { recursive: true });
    writeFileSync(
      path.join(folder, 'tsconfig.base.json'),
      '{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./lib/*"] } } }',
    );
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      '{ // with comments\n "extends": "./tsconfig.base.json", }',
    );
    mkdirSync(path.join(folder, 'lib'));
    writeFileSync(path.join(folder, 'lib', 'name.ts'), "export const table: string = 't';\n");
    writeFileSync(
      path.join(nested, '1_a.ts'),
      `${head}import { table } from '@/name';\nexport async function up(db: Kysely<unknown>) { await sql.raw('create table ' + table + ' (id int)').execute(db); }`,
    );
    expect((await migrateUp({ ...options, folder: nested })).ran).toHaveLength(1);
  });

  test('applied as .ts and present as compiled .js is applied, and named', async () => {
    await migrations.write('1_a.ts');
    await migrateUp(options);
    const file = (extension: string) => path.join(migrations.folder, `1_a.${extension}`);
    writeFileSync(file('js'), 'export async function up(db) {}\n');
    await expect(migrationState(options)).rejects.toMatchObject({
      code: 'migration-twice',
      message: expect.stringContaining('1_a.js and 1_a.ts'),
    });
    rmSync(file('ts'));
    const state = await migrationState(options);
    expect(state).toMatchObject({ applied: ['1_a'], edited: [], pending: [], notCompared: ['1_a'] });
    expect(state.migrations[0]).toMatchObject({ state: 'applied', appliedFrom: '.ts' });
    expect((await migrateUp(options)).ran).toEqual([]);
    // An edit under the old name is one.
    renameSync(file('js'), file('ts'));
    expect((await migrationState(options)).edited).toEqual(['1_a']);
  });

  test('one without a down is reported by verify, and the rest is verified', async () => {
    const noDown = (table: string) =>
      `${head}export async function up(db: Kysely<unknown>) { await sql\`create table ${table} (id int)\`.execute(db); }`;
    await migrations.write('1_a');
    await migrations.write('2_b', noDown('t_2'));
    await migrations.write('3_c', migrationText(['create table t_3 (id int)'], ['select 1']));
    const verified = await verifyMigrations({ ...options, scratchUrl: server.url, target: false });
    expect(verified.steps).toMatchObject([
      { what: 'up from nothing works', ok: true },
      { ok: null, skipped: 'no down is exported by 2_b' },
      {
        what: 'down to 2_b leaves its schema',
        ok: false,
        differences: ['+ column public.t_3.id integer', '+ table public.t_3'],
      },
      { what: expect.stringMatching(/^up again works: 3_c: .*already exists/), ok: false },
    ]);
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readFolderKind } from './folder-kind.ts';
import { builtInMigrations, findMigrations } from './source.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'meatymusic-folder-kind-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes `migrations/<name>`; a name that ends with `/` is a folder. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = path.join(root, 'migrations');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const location = path.join(folder, name);
    mkdirSync(name.endsWith('/') ? location : path.dirname(location), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(location, text);
  }
  return folder;
}

const kysely = "import type { Kysely } from 'kysely';\nexport async function up(db: Kysely<unknown>) {}\n";

describe('a folder of migrations is known by its content', () => {
  test.each<[what: string, files: Record<string, string>]>([
    ['Kysely migrations', { '1_a.ts': kysely }],
    ['Kysely migrations that read SQL files', { '1_a.ts': kysely, '1_a.sql': 'select 1' }],
    ['a Kysely migration that mentions Knex', { '1_a.ts': `// formerly knex.schema\n${kysely}` }],
    ['JavaScript with up', { '1_a.mjs': 'export const up = async (db) => {};' }],
    ['a file that does not parse', { '1_a.ts': 'export async function up( {' }],
  ])('%s are ours', (_, files) => {
    expect(readFolderKind(folderWith(files))).toEqual({ holds: 'migrations' });
  });

  test.each<[tool: string, files: Record<string, string>]>([
    ['Alembic', { 'env.py': '', 'script.py.mako': '', 'versions/1975ea83b712_a.py': '' }],
    ['Django', { '__init__.py': '', '0001_initial.py': '' }],
    ['Prisma Migrate', { 'migration_lock.toml': '', '20260101_a/migration.sql': '' }],
    ['Prisma Migrate', { '20260101_a/migration.sql': '' }],
    ['Drizzle', { '0000_a.sql': 'create table a ()', 'meta/_journal.json': '{}' }],
    ['Atlas', { '20260101_a.sql': '', 'atlas.sum': '' }],
    ['Flyway', { 'V1__a.sql': '', 'R__views.sql': '' }],
    ['goose', { '0001_a.sql': '-- +goose Up\nselect 1' }],
    ['dbmate', { '0001_a.sql': '-- migrate:up\nselect 1' }],
    ['golang-migrate or SQLx', { '1_a.up.sql': '', '1_a.down.sql': '' }],
    ['Diesel', { '2026-01-01_a/up.sql': '', '2026-01-01_a/down.sql': '' }],
    ['a tool for SQL files', { '1_a.sql': 'select 1' }],
    ['Rails', { '20260101_a.rb': '' }],
    ['Ecto', { '20260101_a.exs': '' }],
    ['Knex', { '1_a.js': 'exports.up = function (knex) { return knex.schema.createTable("a"); };' }],
    ['Sequelize', { '1_a.js': 'module.exports = { up: (queryInterface) => queryInterface.createTable() };' }],
    ['TypeORM', { '1_a.ts': 'export class A implements MigrationInterface { async up(q: QueryRunner) {} }' }],
    ['MikroORM', { '1_a.ts': "import { Migration } from '@mikro-orm/migrations';\nasync up() {}" }],
    ['node-pg-migrate', { '1_a.js': 'exports.up = (pgm) => { pgm.createTable("a"); };' }],
    ['Alembic', { 'env.py': '', 'helper.js': 'export const version = 1;' }],
  ])('that of %s is named: %j', (tool, files) => {
    expect(readFolderKind(folderWith(files))).toEqual({ holds: 'another-tool', tool });
  });

  test('a knexfile beside scripts that show no tool', () => {
    writeFileSync(path.join(root, 'knexfile.js'), '');
    const folder = folderWith({ '1_a.js': 'exports.up = (db) => db.schema.createTable("a");' });
    expect(readFolderKind(folder)).toEqual({ holds: 'another-tool', tool: 'Knex' });
  });

  test.each<[found: string, files: Record<string, string>]>([
    ['is empty', {}],
    ['is empty', { '.gitkeep': '' }],
    ['holds folders alone (api, worker)', { 'api/1_a.ts': kysely, 'worker/': '' }],
    ['holds no migrations', { 'README.md': '', 'helper.ts': 'export const version = 1;' }],
  ])('without migrations, it %s', (found, files) => {
    expect(readFolderKind(folderWith(files))).toEqual({ holds: 'none', found });
  });

  test('there is none, or a file of that name', () => {
    expect(readFolderKind(path.join(root, 'migrations'))).toBeUndefined();
    writeFileSync(path.join(root, 'migrations'), '');
    expect(readFolderKind(path.join(root, 'migrations'))).toMatchObject({ found: 'is not a folder' });
  });
});

describe('the migrations of a stack', () => {
  const ofStack = (over: object = {}) => findMigrations({ root, isReferenceStack: false, ...over });
  const reference = { isReferenceStack: true };

  test('are those of migrations/ beside the configuration, on every stack', () => {
    const folder = folderWith({ '1_a.ts': kysely });
    expect(ofStack()).toEqual({ folder });
    expect(ofStack(reference)).toEqual({ folder });
    expect(ofStack({ configured: 'db' })).toEqual({ folder: path.join(root, 'db') });
  });

  test('are the built-in ones on the reference stack alone', () => {
    expect(ofStack(reference).folder).toBe(builtInMigrations);
    expect(ofStack()).toEqual({ reason: expect.stringContaining('there is no folder migrations/') });
  });

  test('are none where the folder is of another tool, and the reason names it', () => {
    folderWith({ 'env.py': '', 'versions/': '' });
    expect(ofStack()).toEqual({ reason: expect.stringContaining('belongs to Alembic') });
    expect(ofStack({ configured: 'migrations' })).toEqual({
      reason: 'migrations.folder "migrations" holds migrations of Alembic',
    });
    expect(ofStack(reference)).toMatchObject({
      folder: builtInMigrations,
      note: expect.stringContaining('Alembic'),
    });
  });

  test('are not the built-in ones because they lie in a clone of this repository', () => {
    const clone = { root: path.dirname(builtInMigrations) };
    expect(ofStack(clone).folder).toBeUndefined();
    expect(ofStack({ ...clone, ...reference }).folder).toBe(builtInMigrations);
  });
});

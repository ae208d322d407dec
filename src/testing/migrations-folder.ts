/** A folder of small migrations for one test. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface MigrationsFolder {
  readonly folder: string;
  /** Writes a migration that creates and drops the table of this name, or with the given text. */
  write(name: string, text?: string): Promise<void>;
  remove(name: string): Promise<void>;
  dispose(): Promise<void>;
}

export async function createMigrationsFolder(): Promise<MigrationsFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meatymusic-migrations-'));
  return {
    folder,
    write: (name, text = tableMigration(name)) => writeFile(path.join(folder, withExtension(name)), text),
    remove: (name) => rm(path.join(folder, withExtension(name))),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Returns a migration with these statements; `head` is inserted before the functions. */
export function migrationText(up: string[], down: string[] = [], head = ''): string {
  const body = (statements: string[]) =>
    statements.map((statement) => `  await sql.raw(${JSON.stringify(statement)}).execute(db);\n`).join('');
  return `import { type Kysely, sql } from 'kysely';
${head}
export async function up(db: Kysely<unknown>): Promise<void> {
${body(up)}}
export async function down(db: Kysely<unknown>): Promise<void> {
${body(down)}}
`;
}

function tableMigration(name: string): string {
  return migrationText([`create table "t_${name}" (id int primary key)`], [`drop table "t_${name}"`]);
}

function withExtension(name: string): string {
  return /\.[mc]?[jt]s$/.test(name) ? name : `${name}.ts`;
}

import path from 'node:path';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { createFilesSync, makeFolderSync } from '../base/write-file.ts';
import { readMigrationFiles } from './migration-file.ts';
import { builtInMigrations } from './source.ts';

/** Copies the migrations of the reference stack into a folder. Returns their paths. */
export function copyBuiltInMigrations(folder: string): string[] {
  makeFolderSync(folder);
  const copies = readMigrationFiles(builtInMigrations).map(({ path: file, source }): [string, string] => [
    path.join(folder, path.basename(file)),
    source,
  ]);
  createFilesSync(Object.fromEntries(copies));
  return copies.map(([file]) => file);
}

/** Creates a migration that is ordered after all others. Resolves to its path. */
export async function createMigration(
  folder: string,
  wanted: string,
  { noTransaction = false, now = Date.now }: { noTransaction?: boolean; now?: () => number } = {},
): Promise<string> {
  const words = wanted
    .normalize('NFKD')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  if (words === '' || words.length > 200) {
    throw new Fault({
      code: 'migration-name',
      message: `"${wanted}" gives no name for a migration`,
      hint: 'say what it does: meatymusic migrate create add_songs',
      exitCode: ExitCode.usage,
    });
  }
  makeFolderSync(folder);
  const last = readMigrationFiles(folder).at(-1)?.name;
  const file = path.join(folder, `${nextTimestamp(last, now())}_${words}.ts`);
  createFilesSync({ [file]: template(words.replaceAll('_', ' '), noTransaction) });
  return file;
}

/** Returns a prefix, `20260105090000` in UTC, greater than the last one even if the clock went back. */
function nextTimestamp(last: string | undefined, nowMs: number): string {
  const format = (ms: number) => new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14);
  const now = format(nowMs);
  const [, previous] = /^(\d{14})/.exec(last ?? '') ?? [];
  if (previous === undefined || previous < now) return now;
  const [year, month, day, hour, minute, second] = previous.match(/^(\d{4})|\d\d/g)!.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return format(Date.UTC(year, month - 1, day, hour, minute, second + 1));
}

function template(title: string, noTransaction: boolean): string {
  return `import { type Kysely, sql } from 'kysely';

/** Phase ?: ${title}. */
${noTransaction ? '\n/** It runs alone, outside a transaction. Write it so that it can start again when it was cut off. */\nexport const noTransaction = true;\n\n' : ''}export async function up(db: Kysely<unknown>): Promise<void> {
  await sql\`select 1\`.execute(db);
}

/** Undoes all that \`up\` did. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql\`select 1\`.execute(db);
}
`;
}

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isMigration } from './migration-file.ts';

/** Kind of the migrations in a folder. */
export type FolderKind =
  | { holds: 'migrations' }
  | { holds: 'another-tool'; tool: string }
  /** No migrations; `found` completes "<folder> …": `is empty`. */
  | { holds: 'none'; found: string };

/** Patterns of another tool in the text of a script whose name could be that of a Kysely migration. */
const scriptSigns: readonly [tool: string, sign: RegExp][] = [
  ['Sequelize', /\bqueryInterface\b/],
  ['TypeORM', /\bMigrationInterface\b|\bQueryRunner\b/],
  ['MikroORM', /@mikro-orm\//],
  ['node-pg-migrate', /\bnode-pg-migrate\b|\(\s*pgm\b|\bpgm\./],
  ['AdonisJS', /@adonisjs\/lucid|@ioc:Adonis/],
  ['Payload', /@payloadcms\//],
  ['db-migrate', /\bdb-migrate\b|\bdbm\.dataType\b/],
  ['Knex', /\(\s*knex\b|\bknex\.(schema|raw|fn)\b|['"]knex['"]/],
];

/** Names that only one tool creates in the folder. */
const markers: readonly [tool: string, name: RegExp][] = [
  ['Alembic', /^(env\.py|script\.py\.mako|alembic\.ini|versions)$/],
  ['Prisma Migrate', /^migration_lock\.toml$/],
  ['Atlas', /^atlas\.sum$/],
  ['Django', /^__init__\.py$/],
];

/** Patterns of the other files of a folder without Kysely migrations. */
const fileSigns: readonly [tool: string, name: RegExp, text?: RegExp][] = [
  ['Flyway', /^[VUR]\d*[\d._]*__.*\.sql$/],
  ['goose', /\.(sql|go)$/, /^--\s*\+goose\b|\bgoose\./m],
  ['dbmate', /\.sql$/, /^--\s*migrate:(up|down)/m],
  ['golang-migrate or SQLx', /\.(up|down)\.sql$/],
  ['Liquibase', /\.sql$/, /^--\s*liquibase\b/m],
  ['Liquibase', /changelog.*\.(xml|ya?ml|json)$/i],
  ['a tool for SQL files', /\.sql$/],
  ['a tool for Python', /\.py$/],
  ['Rails', /\.rb$/],
  ['Ecto', /\.exs$/],
  ['a tool for PHP', /\.php$/],
  ['Entity Framework', /\.cs$/],
  ['a tool for Go', /\.go$/],
  ['a tool for Rust', /\.rs$/],
];

/** Determines the kind of a folder by its names and the text of its scripts. Runs no code. Returns `undefined` if it is missing. */
export function readFolderKind(folder: string): FolderKind | undefined {
  if (!existsSync(folder)) return undefined;
  if (!statSync(folder).isDirectory()) return { holds: 'none', found: 'is not a folder' };
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const read = (name: string) => readText(path.join(folder, name));

  let hasUp = false;
  for (const name of files.filter(isMigration).sort()) {
    const text = read(name);
    if (/['"]kysely['"]/.test(text)) return { holds: 'migrations' };
    const [tool] = scriptSigns.find(([, sign]) => sign.test(text)) ?? [];
    if (tool) return { holds: 'another-tool', tool };
    hasUp ||= /\bup\b/.test(text);
  }
  const [marked] = markers.find(([, name]) => [...files, ...folders].some((each) => name.test(each))) ?? [];
  if (marked) return { holds: 'another-tool', tool: marked };
  if (existsSync(path.join(folder, 'meta', '_journal.json')))
    return { holds: 'another-tool', tool: 'Drizzle' };
  if (hasUp) return hasKnexfile(folder) ? { holds: 'another-tool', tool: 'Knex' } : { holds: 'migrations' };

  const [tool] =
    fileSigns.find(([, name, text]) =>
      files.some((each) => name.test(each) && (!text || text.test(read(each)))),
    ) ?? [];
  if (tool) return { holds: 'another-tool', tool };
  const nested = (name: string) => folders.some((each) => existsSync(path.join(folder, each, name)));
  if (nested('migration.sql')) return { holds: 'another-tool', tool: 'Prisma Migrate' };
  if (nested('up.sql')) return { holds: 'another-tool', tool: 'Diesel' };
  if (files.length > 0) return { holds: 'none', found: 'holds no migrations' };
  return {
    holds: 'none',
    found: folders.length > 0 ? `holds folders alone (${folders.slice(0, 3).join(', ')})` : 'is empty',
  };
}

/** Returns the text, or '' for a file that cannot be read, which loading the migrations reports. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function hasKnexfile(folder: string): boolean {
  return [folder, path.dirname(folder)].some((place) =>
    ['js', 'ts', 'mjs', 'cjs', 'mts', 'cts'].some((extension) =>
      existsSync(path.join(place, `knexfile.${extension}`)),
    ),
  );
}

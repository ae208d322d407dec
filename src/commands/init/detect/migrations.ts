import path from 'node:path';
import { type MigrationTool, migrationToolsOf } from './migration-tools.ts';
import { manifestOf, type PackageManager, packageManagerOf } from './node.ts';
import { type DetectedMigrations, type Folder, foldersIn, readFolder, readText } from './project.ts';
import { requirementsOf } from './python.ts';

const usualFolders = ['.', 'db', 'database', 'src', 'src/db', 'src/database', 'server', 'app'].map((name) =>
  path.posix.join(name, 'migrations'),
);
const postgres = /postgres|psycopg|asyncpg|pg8000|["']pg["']/i;
const otherDatabase = /sqlite|mysql|mariadb|mongodb|sqlserver|mssql|cockroachdb/i;

/** Returns the migration tools of a folder, each with what is in doubt about its command. */
export function migrationsIn(folder: Folder, ofProject?: PackageManager): DetectedMigrations[] {
  const manager = packageManagerOf(folder, ofProject) ?? 'npm';
  const { scripts = {} } = manifestOf(folder) ?? {};
  const found = migrationToolsOf(folder, manager).flatMap(({ found, ...tool }) =>
    found === undefined ? [] : [{ ...tool, found }],
  );
  const cwd = folder.name === '.' ? {} : { cwd: folder.name };
  const inFolder = (file: string) => path.posix.join(folder.name, file);
  if (found.length === 0) {
    // A script of the project's own: what it runs is not known.
    const own = Object.keys(scripts).find((name) =>
      /^(?:db:|database:)?migrat\w*(?::(?:up|run|latest|deploy))?$/.test(name),
    );
    if (own === undefined) return [];
    const why = `${inFolder('package.json')}: script "${own}"`;
    return [{ tool: own, command: `${manager} run ${own}`, ...cwd, why, doubt: `it runs "${scripts[own]}"` }];
  }
  return found.map((each) => describe(folder, manager, each));
}

function describe(
  folder: Folder,
  manager: PackageManager,
  {
    name,
    command,
    check,
    settings,
    script,
    needsScript,
    files,
    folders = [],
    found: by,
  }: MigrationTool & { found: string },
): DetectedMigrations {
  const { scripts = {} } = manifestOf(folder) ?? {};
  const cwd = folder.name === '.' ? {} : { cwd: folder.name };
  const inFolder = (file: string) => path.posix.join(folder.name, file);

  const own = script && Object.keys(scripts).find((each) => script.test(scripts[each] ?? ''));
  const where = [...folders, ...usualFolders].find(
    (each) => each !== undefined && holds(folder, each, files),
  );
  const doubt =
    where === undefined
      ? 'no migration was found'
      : needsScript && own === undefined
        ? 'no script names its data source'
        : doubtOfDatabase(settings, `${settings} ${dependenciesOf(folder)}`);
  return {
    tool: name,
    command: own === undefined ? command : `${manager} run ${own}`,
    ...(check ? { check } : {}),
    ...cwd,
    why: `${inFolder(by)}${where === undefined ? '' : `, migrations in ${inFolder(where)}`}`,
    ...(doubt ? { doubt } : {}),
  };
}

function doubtOfDatabase(settings: string | undefined, all: string): string | undefined {
  const [other] = otherDatabase.exec(settings ?? '') ?? [];
  if (other) return `its configuration names ${other}`;
  return postgres.test(all) ? undefined : 'nothing names PostgreSQL as its database';
}

function dependenciesOf(folder: Folder): string {
  return (
    ['package.json', 'Gemfile', 'composer.json'].map((name) => readText(folder, name) ?? '').join('\n') +
    requirementsOf(folder)
  );
}

/** True if the folder, or one directly in it, holds a file of a migration. */
function holds(folder: Folder, name: string, files: RegExp): boolean {
  const outer = readFolder(folder.path, name);
  return [outer, ...foldersIn(outer.path, '.').map((each) => readFolder(outer.path, each))].some((each) =>
    [...each.files].some((file) => files.test(file)),
  );
}

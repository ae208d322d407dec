import path from 'node:path';
import { manifestOf, type PackageManager } from './node.ts';
import { type Folder, foldersIn, readText } from './project.ts';

/** How a migration tool is recognised, and what it runs. */
export interface MigrationTool {
  name: string;
  /** The file or dependency by which it is recognised. */
  found: string | undefined;
  command: string;
  /** Exits with 0 only if nothing is pending. */
  check?: string;
  /** The tool's own configuration: it names the database, and may name the folder. */
  settings?: string | undefined;
  /** True if the command is complete only in a script of the project. */
  needsScript?: boolean;
  /** Matches a script of the package that applies the migrations, and does nothing else. */
  script?: RegExp;
  /** Matches a file of a migration. */
  files: RegExp;
  /** Folders of the migrations, besides the usual ones. */
  folders?: readonly (string | undefined)[];
}

/** Returns the tools that may be in a folder; those without `found` are not. */
export function migrationToolsOf(folder: Folder, manager: PackageManager): MigrationTool[] {
  return [...pythonTools(folder), ...nodeTools(folder, manager), ...otherTools(folder)];
}

function fileOf({ files }: Folder, pattern: RegExp): string | undefined {
  return [...files].find((name) => pattern.test(name));
}

function textOf(folder: Folder, name: string | undefined): string | undefined {
  return name === undefined ? undefined : readText(folder, name);
}

/** Returns the folder of `key: './folder'`, `key: path.resolve('a', 'folder')` or `key = folder`. */
function folderNamed(settings: string | undefined, key: string): string | undefined {
  const called = new RegExp(`\\b${key}['"]?\\s*:\\s*path\\.\\w+\\(([^()]*)\\)`).exec(settings ?? '')?.[1];
  if (called !== undefined) {
    const parts = [...called.matchAll(/['"]([\w./-]+)['"]/g)].map(([, part = '']) => part);
    return parts.length > 0 ? path.posix.join(...parts) : undefined;
  }
  const plain = new RegExp(`\\b${key}['"]?\\s*[:=]\\s*['"]?(?:%\\(here\\)s/)?([\\w./-]+)`);
  return plain.exec(settings ?? '')?.[1];
}

function pythonTools(folder: Folder): MigrationTool[] {
  const run = folder.files.has('uv.lock') ? 'uv run ' : folder.files.has('poetry.lock') ? 'poetry run ' : '';
  const ini = fileOf(folder, /^alembic\.ini$/);
  const location = folderNamed(textOf(folder, ini), 'script_location') ?? 'alembic';
  const manage = fileOf(folder, /^manage\.py$/);
  const packages = manage === undefined ? [] : foldersIn(folder.path, '.');
  const settings = packages.flatMap((name) => readText(folder, `${name}/settings.py`) ?? []).join('\n');
  const flask = ['migrations/alembic.ini'].find((name) => readText(folder, name) !== undefined);
  return [
    {
      name: 'Alembic',
      found: ini,
      command: `${run}alembic upgrade head`,
      check: `${run}alembic current --check-heads`,
      settings: textOf(folder, ini),
      files: /\.py$/,
      folders: [`${location}/versions`],
    },
    {
      name: 'Flask-Migrate',
      found: flask,
      command: `${run}flask db upgrade`,
      check: `${run}flask db current --check-heads`,
      files: /\.py$/,
      folders: ['migrations/versions'],
    },
    {
      name: 'Django',
      found: manage,
      command: `${run}python manage.py migrate`,
      check: `${run}python manage.py migrate --check`,
      settings,
      files: /^\d{4}_\w+\.py$/,
      folders: packages.map((name) => `${name}/migrations`),
    },
  ];
}

function nodeTools(folder: Folder, manager: PackageManager): MigrationTool[] {
  const { dependencies = {}, devDependencies = {} } = manifestOf(folder) ?? {};
  const dependency = (name: string) =>
    name in dependencies || name in devDependencies ? 'package.json' : undefined;
  const run = { npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' }[manager];
  const schema = ['prisma/schema.prisma', 'schema.prisma'].find(
    (name) => readText(folder, name) !== undefined,
  );
  const drizzle = fileOf(folder, /^drizzle\.config\.[cm]?[jt]s$/);
  const knex = fileOf(folder, /^knexfile\.[cm]?[jt]s$/);
  const sequelize = fileOf(folder, /^\.sequelizerc$/);
  const code = /\.(?:[cm]?[jt]s|sql)$/;
  return [
    {
      name: 'Prisma',
      found: schema,
      command: `${run} prisma migrate deploy`,
      check: `${run} prisma migrate status`,
      settings: textOf(folder, schema),
      script: /^(?:[\w./:-]+ )*prisma migrate deploy(?: --[\w./=:-]+)*$/,
      files: /^migration\.sql$/,
      folders: [path.posix.join(path.posix.dirname(schema ?? '.'), 'migrations')],
    },
    {
      name: 'Drizzle',
      found: drizzle,
      command: `${run} drizzle-kit migrate`,
      settings: textOf(folder, drizzle),
      script: /^drizzle-kit migrate$/,
      files: /\.sql$/,
      folders: [folderNamed(textOf(folder, drizzle), 'out') ?? 'drizzle'],
    },
    {
      name: 'Knex',
      found: knex,
      command: `${run} knex migrate:latest`,
      settings: textOf(folder, knex),
      script: /^(?:[\w./:-]+ )*knex migrate:latest(?: --[\w./=:-]+)*$/,
      files: code,
      folders: [folderNamed(textOf(folder, knex), 'directory')],
    },
    {
      name: 'Sequelize',
      found: sequelize,
      command: `${run} sequelize-cli db:migrate`,
      script: /^sequelize(?:-cli)? db:migrate$/,
      files: code,
      folders: [folderNamed(textOf(folder, sequelize), 'migrations-path')],
    },
    {
      name: 'TypeORM',
      found: dependency('typeorm'),
      command: `${run} typeorm migration:run`,
      // It needs the path of a data source, which only the project's own script names.
      script: /^(?:[\w./:-]+ )*migration:run(?: -d [\w./-]+)?$/,
      needsScript: true,
      files: code,
    },
    {
      name: 'node-pg-migrate',
      found: dependency('node-pg-migrate'),
      command: `${run} node-pg-migrate up`,
      script: /^node-pg-migrate up$/,
      files: code,
    },
    {
      name: 'MikroORM',
      found: dependency('@mikro-orm/migrations'),
      command: `${run} mikro-orm migration:up`,
      check: `${run} mikro-orm migration:check`,
      script: /^mikro-orm migration:up$/,
      files: code,
    },
    {
      name: 'dbmate',
      found: dependency('dbmate'),
      command: `${run} dbmate up`,
      check: `${run} dbmate status --exit-code`,
      script: /^dbmate (?:up|migrate)$/,
      files: /\.sql$/,
    },
  ];
}

function otherTools(folder: Folder): MigrationTool[] {
  const flyway = fileOf(folder, /^flyway\.(?:conf|toml)$/);
  const atlas = fileOf(folder, /^atlas\.hcl$/);
  return [
    {
      name: 'Flyway',
      found: flyway,
      command: 'flyway migrate',
      check: 'flyway validate',
      settings: textOf(folder, flyway),
      files: /^V.*\.sql$/,
      folders: ['sql', 'db/migration', 'src/main/resources/db/migration', 'migrations'],
    },
    {
      name: 'Rails',
      found: readText(folder, 'bin/rails') === undefined ? undefined : 'bin/rails',
      command: 'bin/rails db:migrate',
      check: 'bin/rails db:abort_if_pending_migrations',
      settings: readText(folder, 'config/database.yml'),
      files: /^\d+_\w+\.rb$/,
      folders: ['db/migrate'],
    },
    {
      name: 'Laravel',
      found: fileOf(folder, /^artisan$/),
      command: 'php artisan migrate --force',
      check: 'php artisan migrate:status --pending',
      files: /\.php$/,
      folders: ['database/migrations'],
    },
    {
      name: 'Atlas',
      found: atlas,
      command: 'atlas migrate apply',
      settings: textOf(folder, atlas),
      files: /\.sql$/,
    },
  ];
}

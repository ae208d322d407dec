import { manifestOf, type PackageManager } from './node.ts';
import { type DetectedMigrations, type Folder, readText } from './project.ts';

/** The command of each tool, and the one that exits with 0 only if nothing is pending. */
type Tool = Omit<DetectedMigrations, 'cwd'> & { found: boolean };

/** Returns the migration tools of a folder. One is an answer; with several, a command would be a guess that writes. */
export function migrationsIn(folder: Folder, manager: PackageManager = 'npm'): DetectedMigrations[] {
  const { files } = folder;
  const { dependencies = {}, devDependencies = {} } = manifestOf(folder) ?? {};
  const has = (name: string) => name in dependencies || name in devDependencies;
  const run = { npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' }[manager];
  const fileOf = (pattern: RegExp) => [...files].find((name) => pattern.test(name));
  const tool = (name: string, why: string | undefined, command: string, check?: string): Tool => ({
    tool: name,
    found: why !== undefined,
    command,
    why: why ?? '',
    ...(check ? { check } : {}),
  });
  const python = files.has('uv.lock') ? 'uv run ' : files.has('poetry.lock') ? 'poetry run ' : '';
  const tools = [
    tool(
      'Alembic',
      fileOf(/^alembic\.ini$/),
      `${python}alembic upgrade head`,
      `${python}alembic current --check-heads`,
    ),
    tool(
      'Django',
      fileOf(/^manage\.py$/),
      `${python}python manage.py migrate`,
      `${python}python manage.py migrate --check`,
    ),
    tool(
      'Prisma',
      readText(folder, 'prisma/schema.prisma') === undefined ? undefined : 'prisma/schema.prisma',
      `${run} prisma migrate deploy`,
      `${run} prisma migrate status`,
    ),
    tool('Drizzle', fileOf(/^drizzle\.config\.[cm]?[jt]s$/), `${run} drizzle-kit migrate`),
    tool('Knex', fileOf(/^knexfile\.[cm]?[jt]s$/), `${run} knex migrate:latest`),
    tool('Sequelize', fileOf(/^\.sequelizerc$/), `${run} sequelize-cli db:migrate`),
    tool('node-pg-migrate', has('node-pg-migrate') ? 'package.json' : undefined, `${run} node-pg-migrate up`),
    tool(
      'MikroORM',
      has('@mikro-orm/migrations') ? 'package.json' : undefined,
      `${run} mikro-orm migration:up`,
      `${run} mikro-orm migration:check`,
    ),
    tool(
      'dbmate',
      has('dbmate') ? 'package.json' : undefined,
      `${run} dbmate up`,
      `${run} dbmate status --exit-code`,
    ),
    tool('Flyway', fileOf(/^flyway\.(?:conf|toml)$/), 'flyway migrate', 'flyway validate'),
    tool(
      'Rails',
      readText(folder, 'bin/rails') === undefined ? undefined : 'bin/rails',
      'bin/rails db:migrate',
      'bin/rails db:abort_if_pending_migrations',
    ),
    tool(
      'Laravel',
      fileOf(/^artisan$/),
      'php artisan migrate --force',
      'php artisan migrate:status --pending',
    ),
    tool('Atlas', fileOf(/^atlas\.hcl$/), 'atlas migrate apply'),
  ];
  const cwd = folder.name === '.' ? {} : { cwd: folder.name };
  return tools.filter(({ found }) => found).map(({ found: _, ...each }) => ({ ...each, ...cwd }));
}

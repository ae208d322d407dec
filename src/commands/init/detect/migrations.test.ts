import { describe, expect, it } from 'vitest';
import { useDetection } from '../../../testing/detected-project.ts';
import { detectedConfig } from '../detected-config.ts';

const detect = useDetection();

const database = {
  'compose.yaml': JSON.stringify({ services: { db: { image: 'postgres', ports: ['5433:5432'] } } }),
};
const alembic = {
  'api/requirements.txt': 'fastapi\nalembic\nasyncpg\n',
  'api/main.py': 'app = FastAPI()',
  'api/alembic.ini': '[alembic]\nscript_location = %(here)s/db/steps\n',
  'api/db/steps/versions/1975ea83b712_first.py': '',
};

describe('a migration command is certain', () => {
  it.each([
    [
      'Alembic',
      alembic,
      { command: 'alembic upgrade head', check: 'alembic current --check-heads', cwd: 'api' },
    ],
    [
      'Prisma, by the script of the package that has it',
      {
        'pnpm-lock.yaml': '',
        'package.json': { workspaces: ['packages/*'] },
        'packages/data/package.json': { scripts: { deploy: 'pnpm with-env prisma migrate deploy' } },
        'packages/data/schema.prisma': 'datasource db { provider = "postgresql" }',
        'packages/data/migrations/1_init/migration.sql': '',
      },
      { command: 'pnpm run deploy', check: 'pnpm exec prisma migrate status', cwd: 'packages/data' },
    ],
    [
      'Drizzle',
      {
        'package.json': { dependencies: { express: '5' } },
        'drizzle.config.ts': "export default { dialect: 'postgresql', out: './sql' }",
        'sql/0000_first.sql': '',
      },
      { command: 'npx drizzle-kit migrate' },
    ],
    [
      'Sequelize',
      {
        'package.json': { dependencies: { pg: '8' } },
        '.sequelizerc': "module.exports = { 'migrations-path': path.resolve('server', 'steps') }",
        'server/steps/1.js': '',
      },
      { command: 'npx sequelize-cli db:migrate' },
    ],
    [
      'TypeORM, by a script',
      {
        'package.json': {
          dependencies: { pg: '8', typeorm: '0.3' },
          scripts: { 'migration:run': 'npm run typeorm -- migration:run' },
        },
        'src/migrations/1.ts': '',
      },
      { command: 'npm run migration:run' },
    ],
    [
      'Rails',
      { Gemfile: "gem 'pg'", 'bin/rails': '', 'db/migrate/2024_a.rb': '' },
      { command: 'bin/rails db:migrate' },
    ],
  ])('for %s with migrations and the database of the stack', (_, files, expected) => {
    const { migrations, candidates } = detect({ ...database, ...files });
    expect({ migrations, candidates }).toMatchObject({ migrations: expected, candidates: [] });
  });
});

describe('a migration command is a comment', () => {
  const prisma = (provider: string) => ({
    'prisma/schema.prisma': `datasource db { provider = "${provider}" }`,
    'prisma/migrations/1/migration.sql': '',
  });
  const container = {
    services: { db: { image: 'postgres', ports: ['5433:5432'] }, api: { build: 'api', ports: ['1:1'] } },
  };

  it.each([
    ['no database of the stack', alembic, 'no PostgreSQL was found that the stack starts'],
    [
      'no port of the database',
      { ...alembic, 'compose.yaml': 'services: { db: { image: postgres } }' },
      'the database publishes no port, so it is not known from here',
    ],
    [
      'a container of the same source',
      { ...alembic, 'compose.yaml': JSON.stringify(container) },
      'api is a container, and may be where it has to run',
    ],
    [
      'no migration',
      { ...database, 'knexfile.js': "module.exports = { client: 'pg' }" },
      'no migration was found',
    ],
    ['another database', { ...database, ...prisma('sqlite') }, 'its configuration names sqlite'],
    [
      'no named database',
      { ...database, ...alembic, 'api/requirements.txt': 'fastapi\nalembic\n' },
      'nothing names PostgreSQL as its database',
    ],
    [
      'an address in its own configuration',
      {
        ...database,
        ...alembic,
        'api/alembic.ini': 'script_location = db/steps\nsqlalchemy.url = postgresql://u:p@db.acme.example/x',
      },
      'alembic.ini names a database on another host',
    ],
    [
      'a variable with another host',
      { ...database, ...prisma('postgresql'), '.env': 'APP_POSTGRES_SERVER=db.acme.example\n' },
      '.env: APP_POSTGRES_SERVER names another host',
    ],
    [
      'a variable with another port',
      { ...database, ...prisma('postgresql'), '.env': 'DATABASE_URL=postgres://localhost:5439/x\n' },
      '.env names a database on another port',
    ],
    [
      'a script of unknown effect',
      { ...database, 'package.json': { scripts: { 'db:migrate': 'tsx scripts/migrate.ts' } } },
      'it runs "tsx scripts/migrate.ts"',
    ],
    [
      'a script that does more',
      {
        ...database,
        'package.json': {
          dependencies: { typeorm: '0.3', pg: '8' },
          scripts: { up: 'npm run drop && typeorm migration:run' },
        },
        'migrations/1.js': '',
      },
      'no script names its data source',
    ],
  ])('for %s', (_, files, doubt) => {
    const project = detect(files);
    expect(project).toMatchObject({ candidates: [{ doubt }] });
    expect(project.migrations).toBeUndefined();
    const config = detectedConfig(project);
    expect(config).toMatch(/^ {2}\/\/ migrations: \{ command: /m);
    expect(config).not.toMatch(/^\s*migrations:/m);
  });

  it('for each of several tools', () => {
    const { migrations, candidates } = detect({
      ...database,
      'package.json': { dependencies: { express: '5', pg: '8' } },
      'knexfile.js': '',
      'migrations/1.js': '',
      ...prisma('postgresql'),
    });
    expect(migrations).toBeUndefined();
    expect(candidates.map(({ tool, doubt }) => [tool, doubt])).toEqual([
      ['Prisma', 'there are several migration tools'],
      ['Knex', 'there are several migration tools'],
    ]);
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { detectedConfig } from '../detected-config.ts';
import { detectProject } from './index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'detect-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function detect(files: Record<string, string | object>) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const { services, migrations, open } = detectProject(root);
  const shown = [...services].map(([name, { kind, start, port }]) => {
    const how =
      'compose' in start
        ? `compose ${start.compose}`
        : `${start.command}${start.cwd ? ` in ${start.cwd}` : ''}`;
    return `${name}: ${kind}, ${how}${port ? `, ${port}` : ''}`;
  });
  return { shown, services, migrations, open };
}

const compose = (services: object) => JSON.stringify({ services });

describe('a compose file', () => {
  it.each([
    ['postgres:16', 'postgres'],
    ['docker.io/library/postgres:16-alpine', 'postgres'],
    ['postgis/postgis', 'postgres'],
    ['timescale/timescaledb-ha:pg16', 'postgres'],
    ['bitnami/postgresql:latest', 'postgres'],
    ['registry.example:5000/mirror/postgres@sha256:aa', 'postgres'],
    ['${DB_IMAGE:-pgvector/pgvector:pg17}', 'postgres'],
    ['redis:7', 'redis'],
    ['valkey/valkey', 'redis'],
    ['redis/redis-stack-server', 'redis'],
    ['mysql:8', 'tcp'],
    ['mongo', 'tcp'],
    ['rabbitmq:3-management', 'tcp'],
    ['dpage/pgadmin4', 'tcp'],
    ['rediscommander/redis-commander', 'tcp'],
    ['edoburu/pgbouncer', 'tcp'],
    ['prom/prometheus', 'tcp'],
    ['ghcr.io/acme/orders', 'api'],
  ])('has %s as %s', (image, kind) => {
    const { services } = detect({ 'compose.yaml': compose({ it: { image, ports: ['1234:5678'] } }) });
    expect([...services.values()]).toMatchObject([{ kind, port: 1234, start: { compose: 'it' } }]);
  });

  it('has what is built by its source, and workers by name; profiles and one-shot services are left out', () => {
    const { shown, services } = detect({
      'docker-compose.yml': compose({
        front: { build: './front', ports: [{ target: 3000, published: 3001 }], depends_on: ['backend'] },
        backend: {
          build: { context: 'backend' },
          ports: ['127.0.0.1:8001:8000'],
          depends_on: { db: {}, migrate: {} },
        },
        db: { image: 'postgres', environment: {} },
        worker: { build: 'backend', command: 'celery worker' },
        migrate: { build: 'backend', command: 'alembic upgrade head' },
        tools: { image: 'adminer', ports: ['8080:8080'], profiles: ['tools'] },
      }),
      'front/package.json': { dependencies: { next: '15' } },
      'backend/requirements.txt': 'fastapi==0.115\nalembic',
      'backend/alembic.ini': '',
      'backend/app/main.py': 'app = FastAPI()\n@app.get("/api/health")',
    });
    expect(shown).toEqual([
      'database: postgres, compose db',
      'api: api, compose backend, 8001',
      'web: web, compose front, 3001',
      'worker: process, compose worker',
    ]);
    expect(services.get('api')).toMatchObject({ dependsOn: ['database'], healthPath: '/api/health' });
  });
});

describe('packages', () => {
  it('are services by their dependencies and scripts, with the package manager of the lock file', () => {
    const { shown, migrations } = detect({
      'package.json': { name: 'shop' },
      'pnpm-workspace.yaml': 'packages: [apps/*, "!apps/old"]',
      'pnpm-lock.yaml': '',
      'apps/api/package.json': {
        dependencies: { fastify: '5' },
        scripts: { dev: 'tsx watch src/main.ts', worker: 'tsx src/worker.ts' },
      },
      'apps/api/src/main.ts': 'app.get("/healthz", ok); app.listen({ port: 4000 })',
      'apps/api/prisma/schema.prisma': '',
      'apps/admin/package.json': {
        devDependencies: { vite: '7', react: '19' },
        scripts: { dev: 'vite --port 5180' },
      },
      'apps/shop/package.json': { dependencies: { next: '15' }, scripts: { dev: 'next dev' } },
      'apps/ui-kit/package.json': { dependencies: { react: '19' }, scripts: { build: 'tsc' } },
    });
    expect(shown).toEqual([
      'api: api, pnpm run dev in apps/api, 4000',
      'web: web, pnpm run dev in apps/admin, 5180',
      'shop: web, pnpm run dev in apps/shop, 3000',
      'api-worker: process, pnpm run worker in apps/api',
    ]);
    expect(migrations).toMatchObject({ command: 'pnpm exec prisma migrate deploy', cwd: 'apps/api' });
  });

  it('are not started twice when a container is built from them', () => {
    const { shown } = detect({
      'compose.yaml': compose({ api: { build: '.', ports: ['3000:3000'] }, db: { image: 'postgres' } }),
      'package.json': { name: 'api', dependencies: { express: '5' }, scripts: { start: 'node .' } },
    });
    expect(shown).toEqual(['database: postgres, compose db', 'api: api, compose api, 3000']);
  });
});

it.each([
  [
    'FastAPI',
    { 'pyproject.toml': 'dependencies = ["fastapi"]', 'uv.lock': '', 'src/main.py': 'api = FastAPI()' },
    'uv run uvicorn src.main:api --port {port}',
  ],
  [
    'Django',
    { 'requirements.txt': 'Django', 'manage.py': '' },
    'python manage.py runserver 127.0.0.1:{port}',
  ],
  [
    'Flask',
    { 'requirements.txt': 'flask', 'app.py': 'app = Flask(__name__)' },
    'flask --app app run --port {port}',
  ],
  ['a Procfile', { Procfile: 'web: bundle exec puma\nrelease: rake db:migrate\n' }, 'bundle exec puma'],
])('starts %s by its command', (_, files, command) => {
  expect(detect(files).services.get('api')).toMatchObject({ kind: 'api', start: { command } });
});

it('writes no migration command where several tools are found', () => {
  const { migrations, open } = detect({
    'package.json': { dependencies: { express: '5' }, scripts: { start: 'node .' } },
    'knexfile.js': '',
    'drizzle.config.ts': '',
  });
  expect(migrations).toBeUndefined();
  expect(open).toEqual(['several migration tools: Drizzle (drizzle.config.ts), Knex (knexfile.js)']);
});

it('finds nothing in an empty folder, and survives files that cannot be parsed', () => {
  expect(detect({}).shown).toEqual([]);
  expect(detect({ 'package.json': '{', 'compose.yaml': 'services: []' }).shown).toEqual([]);
});

it('writes texts of the project as literals and comments that they cannot leave', () => {
  const text = "x'}, });\n process.exit(1); /*";
  detect({ Procfile: `worker: ${text.replace('\n', ' ')}` });
  const config = detectedConfig({
    services: new Map([['it', { name: 'it', kind: 'process', why: text, start: { command: text } }]]),
    open: [],
  });
  expect(config).toContain("// x'}, });  process.exit(1); /*\n");
  expect(config).toContain(String.raw`command: 'x\'}, });\n process.exit(1); /*'`);
});

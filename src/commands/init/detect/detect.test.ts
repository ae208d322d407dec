import { describe, expect, it } from 'vitest';
import { useDetection } from '../../../testing/detected-project.ts';
import { detectedConfig } from '../detected-config.ts';

const detect = useDetection();

const compose = (services: object) => JSON.stringify({ services });

describe('packages', () => {
  it('are services by their dependencies and scripts, with the package manager of the lock file', () => {
    const { shown } = detect({
      'package.json': { name: 'shop' },
      'pnpm-workspace.yaml': 'packages: [apps/*, "!apps/old"]',
      'pnpm-lock.yaml': '',
      'apps/api/package.json': {
        dependencies: { fastify: '5' },
        scripts: { dev: 'tsx watch src/main.ts', worker: 'tsx src/worker.ts' },
      },
      'apps/api/src/main.ts': 'app.get("/healthz", ok); app.listen({ port: 4000 })',
      'apps/admin/package.json': {
        devDependencies: { vite: '7', react: '19' },
        scripts: { dev: 'vite --port 5180' },
      },
      'apps/shop/package.json': { dependencies: { next: '15' }, scripts: { dev: 'next dev' } },
      'apps/mail-worker/package.json': {
        dependencies: { ioredis: '5' },
        scripts: { build: 'tsc', start: 'node worker.js' },
      },
      'apps/queue/package.json': { dependencies: { ioredis: '5' }, scripts: { dev: 'tsup --watch' } },
      'apps/ui-kit/package.json': { dependencies: { react: '19' }, scripts: { build: 'tsc' } },
    });
    expect(shown).toEqual([
      'api: api, pnpm run dev in apps/api, 4000',
      'web: web, pnpm run dev in apps/admin, 5180',
      'shop: web, pnpm run dev in apps/shop, 3000',
      'api-worker: process, pnpm run worker in apps/api',
      'mail-worker: process, pnpm run start in apps/mail-worker',
    ]);
  });

  it('are found in folders that no workspace names, each with its own package manager', () => {
    const { shown } = detect({
      'package.json': { scripts: { dev: 'overmind start -f Procfile' }, devDependencies: { vite: '7' } },
      'frontend/package.json': { scripts: { dev: 'vite' }, devDependencies: { vite: '7' } },
      'frontend/yarn.lock': '',
      'frontend/vite.config.ts': 'export default defineConfig({ server: { host: true, port: 3100 } })',
      'apps/shop/package.json': {
        scripts: { dev: 'medusa develop' },
        dependencies: { '@medusajs/medusa': '2' },
      },
    });
    expect(shown).toEqual([
      'api: api, npm run dev in apps/shop, 9000',
      'web: web, yarn run dev in frontend, 3100',
    ]);
  });

  it('that make an app of a phone are no services, and two of one port get different ones', () => {
    const next = { scripts: { dev: 'next dev' }, dependencies: { next: '15' } };
    const { shown, open } = detect({
      'package.json': { workspaces: ['apps/*'] },
      'apps/docs/package.json': next,
      'apps/web/package.json': next,
      'apps/phone/package.json': {
        scripts: { dev: 'expo start' },
        dependencies: { expo: '1', express: '5' },
      },
    });
    expect(shown).toEqual([
      'docs: web, npm run dev in apps/docs, 3000',
      'web: web, npm run dev in apps/web, 3001',
    ]);
    expect(open).toEqual(['web and docs both listen on 3000; web got 3001']);
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
  [
    'FastAPI made by a function in a package of its own',
    { 'requirements.txt': 'fastapi', 'shop/app.py': 'app: FastAPI = create_app()' },
    'uvicorn shop.app:app --port {port}',
  ],
  [
    'a Procfile for development before packages',
    {
      'Procfile.dev': 'web: PORT=3000 bin/puma\ncss: yarn build:css --watch\n',
      'package.json': { scripts: { start: 'node .' }, dependencies: { express: '5' } },
    },
    'PORT=3000 bin/puma',
  ],
])('starts %s by its command', (_, files, command) => {
  expect(detect(files).services.get('api')).toMatchObject({ kind: 'api', start: { command } });
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
    candidates: [],
    open: [],
  });
  expect(config).toContain("// x'}, });  process.exit(1); /*\n");
  expect(config).toContain(String.raw`command: 'x\'}, });\n process.exit(1); /*'`);
});

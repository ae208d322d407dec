import { describe, expect, it } from 'vitest';
import { useDetection } from '../../../testing/detected-project.ts';

const detect = useDetection();

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

describe('what a compose file leaves to other places', () => {
  const published = (services: object) =>
    Object.fromEntries(Object.entries(services).map(([name, each]) => [name, { ports: ['1:1'], ...each }]));
  const kinds = (files: Record<string, string | object>) => {
    const { services } = detect(files);
    return Object.fromEntries(
      [...services.values()].map(({ start, kind }) => ['compose' in start ? start.compose : '', kind]),
    );
  };

  it('is merged from its override file and from the service that one extends', () => {
    const { shown } = detect({
      'docker-compose.yml': compose({
        backend: { image: 'acme/backend' },
        db: { image: 'postgres' },
        base: { image: 'acme/audit', profiles: ['never'], depends_on: ['db'] },
        audit: { extends: { service: 'base' }, profiles: [], ports: ['8001:80'] },
      }),
      'docker-compose.override.yml': compose({
        backend: { ports: ['8000:80'] },
        db: { ports: [{ published: 5433, target: 5432 }] },
        mail: { image: 'axllent/mailpit', ports: ['1025:1025'] },
      }),
    });
    expect(shown).toEqual([
      'database: postgres, compose db, 5433',
      'mail: tcp, compose mail, 1025',
      'api: api, compose backend, 8000',
      'audit: api, compose audit, 8001',
    ]);
  });

  it('has variables of .env, with every form of a default', () => {
    const { services } = detect({
      '.env': 'API_PORT=8100\nEMPTY=\n',
      'compose.yaml': compose({
        a: { image: 'x', ports: ['${API_PORT:?set it}:80'] },
        b: { image: 'x', ports: ['${EMPTY:-8101}:80'] },
        c: { image: 'x', ports: ['$API_PORT:80'] },
        d: { image: 'x', ports: ['${UNSET}:80'] },
        f: { image: 'x', ports: ['${UNSET:-${EMPTY:-${API_PORT}}}:80'] },
        e: { image: '${REGISTRY?}/postgres:${TAG-16}', ports: ['5432'] },
      }),
    });
    expect([...services.values()].map(({ name, kind, port }) => [name, kind, port])).toEqual([
      ['e', 'postgres', undefined],
      ['a', 'api', 8100],
      ['b', 'api', 8101],
      ['c', 'api', 8100],
      ['d', 'api', undefined],
      ['f', 'api', 8100],
    ]);
  });

  it('is the base image of a Dockerfile, through its stages', () => {
    const services = { store: { build: './store' }, pages: { build: './pages' }, proxy: { build: 'edge' } };
    expect(
      kinds({
        'compose.yaml': compose(published(services)),
        'store/Dockerfile':
          'FROM alpine AS unused\nFROM --platform=linux/amd64 postgres:16 AS base\nFROM base\n',
        'pages/Dockerfile': 'FROM node:22 AS build\nFROM nginx:alpine\n',
        'edge/Dockerfile': 'FROM nginx\n',
      }),
    ).toEqual({ store: 'postgres', pages: 'web', proxy: 'tcp' });
  });

  it('is the folder, ending or target of a Dockerfile where several are built from one context', () => {
    const build = (more: object) => ({ build: { context: '.', ...more } });
    expect(
      kinds({
        'compose.yaml': compose(
          published({
            one: build({ dockerfile: 'apps/one/Dockerfile' }),
            two: build({ dockerfile: 'Dockerfile.client' }),
            three: build({ target: 'admin' }),
            backend: build({ target: 'backend' }),
            app: build({ target: 'app' }),
          }),
        ),
        'apps/one/package.json': { dependencies: { next: '15' } },
      }),
    ).toEqual({ one: 'web', two: 'web', three: 'web', backend: 'api', app: 'web' });
  });

  it('are services that others wait for to end, that run tests or that keep a container open', () => {
    const { shown } = detect({
      'compose.yaml': compose(
        published({
          api: {
            image: 'x',
            restart: 'no',
            depends_on: { load: { condition: 'service_completed_successfully' } },
          },
          load: { image: 'x' },
          playwright: { build: '.' },
          dev: { image: 'x', command: 'sleep infinity' },
          tasks: { image: 'x', command: ['celery', '-A', 'app', 'worker'] },
        }),
      ),
    });
    expect(shown).toEqual([
      'api: api, compose api, 1',
      'dev: process, compose dev, 1',
      'tasks: process, compose tasks, 1',
    ]);
  });

  it('is said where it cannot be read', () => {
    expect(detect({ 'compose.yaml': 'services:\n\ta: 1' }).open).toEqual([
      expect.stringMatching(/^compose\.yaml cannot be read: .*\(line 2\)$/),
    ]);
    expect(detect({ 'compose.yaml': 'include: [more.yaml]\nservices: { }' }).open).toEqual([
      'more.yaml cannot be read',
    ]);
  });
});

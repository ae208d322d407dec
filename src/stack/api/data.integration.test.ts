/** Tests with a database and a cache: PGlite with pgvector, for the real migration, and a real Redis. */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { up } from '../../../migrations/20260105090000_foundation.ts';
import { awaitUntil } from '../../base/await-until.ts';
import { startTemporaryPglite, type TemporaryPglite } from '../../pglite/open.ts';
import { redisMissing, startRedis, type TestRedis } from '../../testing/redis.ts';
import { type ErrorBody, startApi, type TestApi, tenantA, tenantB } from '../testing/start-api.ts';

let database: TemporaryPglite;
let pool: pg.Pool;

beforeAll(async () => {
  database = await startTemporaryPglite();
  pool = new pg.Pool({ connectionString: database.url, max: 1, idleTimeoutMillis: 1 });
  pool.on('error', () => {});
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  await kysely.transaction().execute(up);
  await pool.query('create table kysely_migration (name text primary key, timestamp text not null)');
  await pool.query("insert into kysely_migration values ('20260105090000_foundation', '')");
  await pool.query("insert into tenants (id, name, slug) values ($1, 'A', 'a'), ($2, 'B', 'b')", [
    tenantA,
    tenantB,
  ]);
});
afterAll(async () => {
  await pool?.end();
  await database?.stop();
});

const caller = (api: TestApi) => ({
  async get(path: string, claims?: Record<string, unknown>) {
    return fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${await api.token(claims)}` } });
  },
  async put(preferences: unknown, claims?: Record<string, unknown>) {
    return fetch(`${api.url}/api/v1/preferences`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await api.token(claims)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ preferences }),
    });
  },
});

describe('with a database and no cache', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ DATABASE_URL: database.url });
  });
  afterAll(() => api?.stop());

  test('is ready, degraded', async () => {
    const response = await fetch(`${api.url}/health/ready`);
    expect([response.status, await response.json()]).toMatchObject([
      200,
      {
        status: 'degraded',
        checks: {
          database: { state: 'up' },
          cache: { state: 'down' },
          migrations: { state: 'current', applied: 1 },
        },
      },
    ]);
  });

  test('a caller who never wrote anything has no row and no preferences', async () => {
    const { get } = caller(api);
    const unknownUser = { sub: 'user_new', email: 'new@example.test' };
    expect(await (await get('/api/v1/me', unknownUser)).json()).toEqual({
      subject: 'user_new',
      tenant_id: tenantA,
      user: null,
    });
    expect(await (await get('/api/v1/preferences', unknownUser)).json()).toEqual({
      preferences: {},
      updated_at: null,
    });
  });

  test('what was put is what one gets, and the row of the user is there', async () => {
    const { get, put } = caller(api);
    const claims = { sub: 'user_put', email: 'put@example.test', given_name: 'Pat' };
    expect((await put({ theme: 'light', nested: { a: [1] } }, claims)).status).toBe(200);
    expect((await put({ theme: 'dark' }, claims)).status).toBe(200);
    const read = (await (await get('/api/v1/preferences', claims)).json()) as Record<string, unknown>;
    expect(read).toEqual({ preferences: { theme: 'dark' }, updated_at: expect.stringMatching(/^20.*Z$/) });
    const me = await (await get('/api/v1/me', claims)).json();
    expect(me).toMatchObject({ user: { email: 'put@example.test', first_name: 'Pat', tenant_id: tenantA } });
  });

  test('a tenant cannot see or change what belongs to another, even by the same subject', async () => {
    const { get, put } = caller(api);
    const inA = { sub: 'user_both', email: 'both@example.test', tenant_id: tenantA };
    await put({ secret: 'of A' }, inA);
    const inB = { ...inA, tenant_id: tenantB };
    expect(await (await get('/api/v1/preferences', inB)).json()).toMatchObject({ preferences: {} });
    expect(await (await get('/api/v1/me', inB)).json()).toMatchObject({ user: null });
    const refused = await put({ secret: 'of B' }, inB);
    expect([refused.status, ((await refused.json()) as ErrorBody).error.code]).toEqual([
      403,
      'user_elsewhere',
    ]);
    expect(await (await get('/api/v1/preferences', inA)).json()).toMatchObject({
      preferences: { secret: 'of A' },
    });
  });

  test('an unknown tenant is refused, an inactive one as well', async () => {
    const { put } = caller(api);
    const unknown = await put({}, { sub: 'user_x', tenant_id: '00000000-0000-4000-8000-0000000000ff' });
    expect([unknown.status, ((await unknown.json()) as ErrorBody).error.code]).toEqual([
      403,
      'tenant_unknown',
    ]);
  });

  test('database spans are children of the request, without values', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await fetch(`${api.url}/api/v1/me`, {
      headers: {
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
        authorization: `Bearer ${await api.token({ sub: 'user_spans' })}`,
      },
    });
    const spans = await awaitUntil(
      () =>
        api.spans(traceId).some(({ name }) => name === 'GET /api/v1/me') ? api.spans(traceId) : undefined,
      { what: 'the request span', withinMs: 2_000 },
    );
    const server = spans.find(({ name }) => name === 'GET /api/v1/me');
    const below = spans.filter((span) => span !== server);
    expect(below.map(({ name }) => name)).toEqual([
      'pg.connect',
      'BEGIN',
      'SET',
      'SELECT',
      'SELECT users',
      'COMMIT',
    ]);
    for (const span of below) {
      expect(span.parentSpanContext?.spanId, span.name).toBe(server?.spanContext().spanId);
      expect(span.attributes).toMatchObject({
        'db.system.name': 'postgresql',
        'server.address': '127.0.0.1',
      });
    }
    expect(JSON.stringify(below.map(({ attributes }) => attributes))).not.toContain('user_spans');
  });

  test('over the limit is 429 with Retry-After, counted in memory, and other routes still work', async () => {
    const limited = await startApi({ RATE_LIMIT_COMPOSE_MAX: '3', RATE_LIMIT_WINDOW_SECONDS: '60' });
    try {
      const post = () =>
        fetch(`${limited.url}/api/v1/compose`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: 'http://localhost:3000' },
          body: '{"seed":"a"}',
        });
      const statuses = [];
      for (let n = 0; n < 3; n++) statuses.push((await post()).status);
      expect(statuses).toEqual([200, 200, 200]);
      const over = await post();
      expect(over.status).toBe(429);
      expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(50);
      expect(over.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
      expect(((await over.json()) as ErrorBody).error.code).toBe('rate_limited');
      expect((await fetch(`${limited.url}/api/v1/compose?seed=a`)).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });
});

describe.skipIf(redisMissing)(`with a cache ${redisMissing ?? ''}`, () => {
  let redis: TestRedis;
  let api: TestApi;
  beforeAll(async () => {
    redis = await startRedis();
    api = await startApi({ DATABASE_URL: database.url, REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '200' });
    await readiness('ready');
  });
  afterAll(async () => {
    await api?.stop();
    await redis?.stop();
  });

  const readiness = (wanted: string) =>
    awaitUntil(
      async () => {
        const response = await fetch(`${api.url}/health/ready`);
        const { status } = (await response.json()) as { status: string };
        return status === wanted && response.status === 200 ? true : undefined;
      },
      { what: `readiness to be ${wanted}`, withinMs: 10_000 },
    );

  test('preferences come from the cache the second time, and from nowhere else after a change', async () => {
    const { get, put } = caller(api);
    const claims = { sub: 'user_cached', email: 'cached@example.test' };
    const hits = async () => (await get('/api/v1/preferences', claims)).headers.get('x-cache');
    expect([await hits(), await hits()]).toEqual(['miss', 'hit']);
    await put({ theme: 'dark' }, claims);
    const after = await get('/api/v1/preferences', claims);
    expect(await after.json()).toMatchObject({ preferences: { theme: 'dark' } });
  });

  test('the limit is shared by instances', async () => {
    const env = { REDIS_URL: redis.url, RATE_LIMIT_COMPOSE_MAX: '2' };
    const second = await startApi(env).catch(() => undefined);
    if (!second) throw new Error('the second instance did not start');
    try {
      const post = (at: TestApi) =>
        fetch(`${at.url}/api/v1/compose`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"seed":"a"}',
        });
      await awaitUntil(() => second.lines.find(({ available }) => available === true), {
        what: 'the second cache connection',
        withinMs: 5_000,
      });
      await post(api);
      await post(api);
      expect((await post(second)).status).toBe(429);
    } finally {
      await second.stop();
    }
  });

  test('continues without Redis, and reconnects', async () => {
    const { get, put } = caller(api);
    const claims = { sub: 'user_away', email: 'away@example.test' };
    await redis.halt();
    await readiness('degraded');
    expect((await put({ n: 1 }, claims)).status).toBe(200);
    const read = await get('/api/v1/preferences', claims);
    expect([read.status, read.headers.get('x-cache')]).toEqual([200, 'miss']);
    await redis.start();
    await readiness('ready');
  });

  test('a Redis that does not respond blocks no request', async () => {
    const { get } = caller(api);
    process.kill(redis.pid, 'SIGSTOP');
    try {
      const read = await get('/api/v1/preferences', { sub: 'user_silent' });
      expect(read.status).toBe(200);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await readiness('ready');
  });
});

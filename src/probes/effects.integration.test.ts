import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Effects, UndeclaredEffect } from '../check/effects.ts';
import type { SqlStep } from '../check/probes.ts';
import { onlyReads } from '../check/redis-commands.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { testProbeContext } from '../testing/probe-context.ts';
import { redisMissing, startRedis, type TestRedis } from '../testing/redis.ts';
import type { ProbeContext } from './context.ts';
import { createProbe } from './index.ts';

const contexts: { close(): Promise<void> }[] = [];
function contextWith(effects: Effects, endpoints: Partial<ProbeContext['endpoints']> = {}) {
  const refused: string[] = [];
  const context = testProbeContext({ effects, refuse: (actual) => refused.push(actual) });
  Object.assign(context.endpoints, endpoints);
  contexts.push(context);
  return { context, refused };
}
afterAll(async () => {
  for (const context of contexts) await context.close();
});

describe('the HTTP probe', () => {
  const asked: string[] = [];
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      request.resume();
      response.end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    ['POST', {}],
    ['put', {}],
    ['DELETE', {}],
    ['PATCH', {}],
    ['TRACE', {}],
    ['PROPFIND', {}],
    ['GET', { headers: { 'X-HTTP-Method-Override': 'DELETE' } }],
    ['GET', { moreHeaders: [['x-method-override', 'put'] as [string, string]] }],
    ['GET', { headers: { 'Content-Length': '0' }, body: 'DELETE /x HTTP/1.1\r\nhost: x\r\n\r\n' }],
  ])('sends no %s %j for a check that declares to read', async (method, more) => {
    asked.length = 0;
    for (const effects of ['none', 'rolled-back'] as const) {
      const { context, refused } = contextWith(effects);
      const http = await createProbe('http', context);
      await expect(http.request({ url, method, ...more })).rejects.toThrow(UndeclaredEffect);
      expect(refused).toEqual([expect.stringContaining("needs effects: 'temporary'")]);
    }
    expect(asked).toEqual([]);
  });

  it('sends what reads, and everything for a check that declares to write', async () => {
    asked.length = 0;
    const reading = await createProbe('http', contextWith('none').context);
    for (const method of ['GET', 'HEAD', 'OPTIONS']) await reading.request({ url, method });
    await (await createProbe('http', contextWith('temporary').context)).request({
      url,
      method: 'POST',
      body: 'x',
    });
    expect(asked).toEqual(['GET /', 'HEAD /', 'OPTIONS /', 'POST /']);
  });
});

describe.skipIf(redisMissing)(`the Redis probe ${redisMissing ?? ''}`, () => {
  let redis: TestRedis;
  let client: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
    await client.set('theirs', 'kept');
  });
  afterAll(async () => {
    client?.disconnect();
    await redis?.stop();
  });
  const probeWith = async (effects: Effects) => {
    const { context, refused } = contextWith(effects, { cache: { url: redis.url } });
    return { redis: await createProbe('redis', context), refused };
  };

  it('takes for reading only what the server does, too', async () => {
    const commands = (await client.call('COMMAND')) as [string, number, string[]][];
    const writing = commands.filter(([, , flags]) => flags.includes('write')).map(([name]) => name);
    expect(writing.length).toBeGreaterThan(50);
    expect(writing.filter((name) => onlyReads(name, ['get', 'list', 'info']))).toEqual([]);
  });

  it.each([
    ['SET', 'mine', '1'],
    ['DEL', 'theirs'],
    ['EVAL', 'return redis.call("del", "theirs")', '0'],
    ['CONFIG', 'SET', 'maxmemory', '1mb'],
    ['FLUSHALL'],
    ['MULTI'],
    ['SUBSCRIBE', 'x'],
    ['SORT', 'theirs', 'STORE', 'mine'],
  ])('refuses %s %s for a check that declares to read', async (name, ...args) => {
    const { redis: probe, refused } = await probeWith('none');
    await expect(probe.command({ name, args })).rejects.toThrow(UndeclaredEffect);
    expect(refused).toHaveLength(1);
    expect(await client.dbsize()).toBe(1);
    expect(await client.get('theirs')).toBe('kept');
  });

  it('lets a temporary check write to keys of its own, and lets them expire', async () => {
    const { redis: probe } = await probeWith('temporary');
    await probe.command({ name: 'SET', args: ['own:text', 'x'] });
    await probe.command({ name: 'LPUSH', args: ['own:list', 'x'] });
    await probe.command({ name: 'LPUSH', args: ['own:list', 'y'] });
    for (const key of ['own:text', 'own:list']) expect(await client.ttl(key)).toBeGreaterThan(0);
    await probe.command({ name: 'DEL', args: ['own:text', 'own:list'] });
    expect(await client.dbsize()).toBe(1);
  });

  it.each([
    ['SET', 'theirs', 'x'],
    ['DEL', 'theirs'],
    ['EXPIRE', 'theirs', '1'],
    ['FLUSHDB'],
    ['RENAME', 'theirs', 'x'],
  ])('refuses %s %s for a temporary check: it is not its own', async (name, ...args) => {
    const { redis: probe, refused } = await probeWith('temporary');
    await expect(probe.command({ name, args })).rejects.toThrow(UndeclaredEffect);
    expect(refused).toHaveLength(1);
    expect(await client.get('theirs')).toBe('kept');
    expect(await client.ttl('theirs')).toBe(-1);
  });
});

describe.skipIf(postgresMissing)(`the PostgreSQL probe ${postgresMissing ?? ''}`, () => {
  let postgres: TestPostgres;
  let databaseUrl: string;
  beforeAll(async () => {
    postgres = await startPostgres({ settings: { autovacuum: 'off' } });
    databaseUrl = await postgres.createDatabase('songs');
    await postgres.sql(
      'songs',
      'create table song (id int); insert into song values (1); create sequence numbers',
    );
  });
  afterAll(() => postgres?.stop());
  const probeWith = async (effects: Effects) => {
    const { context, refused } = contextWith(effects, { database: { url: databaseUrl } });
    return { postgres: await createProbe('postgres', context), refused };
  };
  /** The next transaction number that a writing transaction would get, the tables and their rows. */
  const stateNow = () =>
    postgres.sql(
      'songs',
      `select pg_snapshot_xmax(pg_current_snapshot()), (select count(*) from pg_class), (select count(*) from song),
       (select last_value from numbers), (select count(*) from pg_locks where locktype = 'advisory')`,
    );

  const attacks = [
    'select 1; commit; create table stolen (id int)',
    'commit; create table stolen (id int)',
    'set transaction read write',
    "select set_config('transaction_read_only', 'off', false)",
    'insert into song values (2)',
    'with gone as (delete from song returning id) select * from gone',
    "select nextval('numbers')",
    "select setval('numbers', 9)",
    'select pg_terminate_backend(pg_backend_pid())',
    'select pg_catalog . "pg_advisory_lock" /* x */ (1)',
    "select pg_notify('x', 'y')",
    "copy song to program 'touch stolen'",
    'do $$ begin create table stolen (id int); end $$',
    'call something()',
    "load 'plpgsql'",
    'vacuum song',
    'checkpoint',
    'listen x',
    '/* /* */ select 1 */ commit',
    '-- select\ncommit',
    ';commit',
    'begin read write',
    'prepare transaction $$x$$',
  ];

  it.each(attacks)('a query leaves nothing behind: %s', async (sql) => {
    const before = await stateNow();
    for (const effects of ['none', 'disruptive'] as const) {
      const { postgres: probe } = await probeWith(effects);
      await probe.query({ sql }).catch(() => {});
    }
    expect(await stateNow()).toBe(before);
    expect(existsSync(path.join(postgres.folder, 'data', 'stolen'))).toBe(false);
  });

  it.each([
    ...attacks.map((sql) => [sql]),
    ['begin', 'commit and chain', 'set transaction read write', 'create table stolen (id int)', 'commit'],
    ['begin', 'rollback', 'begin read write', 'create table stolen (id int)', 'commit'],
    ['begin read write', 'set transaction read write', 'create table stolen (id int)', 'commit'],
    ['start transaction isolation level serializable read write', 'create table stolen (id int)', 'end'],
    ['set session characteristics as transaction read write', 'create table stolen (id int)'],
    ['set default_transaction_read_only = off', 'begin', 'create table stolen (id int)', 'commit'],
    ['begin', 'savepoint a', 'create table stolen (id int)', 'release savepoint a', 'commit'],
  ])('a session of a check that declares to read leaves nothing behind: %s', async (...statements) => {
    const before = await stateNow();
    const { postgres: probe } = await probeWith('none');
    await probe.session({ steps: statements.map((sql) => ({ sql })) }).catch(() => {});
    expect(await stateNow()).toBe(before);
  });

  it('a rolled-back check writes in a transaction that it cannot commit', async () => {
    const counts = 'select (select count(*) from song), (select count(*) from pg_class)';
    const before = await postgres.sql('songs', counts);
    const { postgres: probe } = await probeWith('rolled-back');
    const insert: SqlStep = { sql: 'insert into song values ($1) returning id', values: [7] };
    const outcomes = await probe.session({ steps: [{ sql: 'begin' }, insert, { sql: 'rollback' }, insert] });
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    const ends = ['commit', 'end', 'commit and chain', "prepare transaction 'x'", 'commit; begin'];
    for (const end of [...ends, 'do $$ begin commit; end $$', "do $$ begin execute 'commit'; end $$"]) {
      const { postgres: other } = await probeWith('rolled-back');
      await other.session({ steps: [{ sql: 'begin' }, insert, { sql: end }] }).catch(() => {});
    }
    for (const block of ['insert into song values (7)', 'commit; insert into song values (7); commit']) {
      const { postgres: other } = await probeWith('rolled-back');
      await other.session({ steps: [{ sql: `do $$ begin ${block}; end $$` }] }).catch(() => {});
    }
    expect(await postgres.sql('songs', counts)).toBe(before);
  });

  it('refuses the commit by name, and calls the check broken', async () => {
    const { postgres: probe, refused } = await probeWith('rolled-back');
    const steps = [{ sql: 'begin' }, { sql: 'insert into song values (7)' }, { sql: 'commit' }];
    await expect(probe.session({ steps })).rejects.toThrow(UndeclaredEffect);
    expect(refused).toEqual([expect.stringContaining('committing what was written')]);
  });

  it('a check that reads may still begin, set local and commit', async () => {
    const { postgres: probe } = await probeWith('none');
    const outcomes = await probe.session({
      steps: [
        { sql: 'begin' },
        { sql: 'select set_config($1, $2, true)', values: ['app.x', 'y'] },
        { sql: 'commit' },
        { sql: "select current_setting('app.x', true) as x" },
      ],
    });
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    expect(outcomes[3]).toMatchObject({ rows: [{ x: '' }] });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileLogAccess } from '../../../logs/file-access.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../../../testing/postgres.ts';
import { redisMissing, startRedis, type TestRedis } from '../../../testing/redis.ts';
import { declared, runForReal } from '../../../testing/run-declared.ts';

describe.skipIf(postgresMissing)(
  `postgres-query${postgresMissing ? ` (skipped: ${postgresMissing})` : ''}`,
  () => {
    let postgres: TestPostgres;
    let databaseUrl: string;
    beforeAll(async () => {
      postgres = await startPostgres();
      databaseUrl = await postgres.createDatabase('songs');
      await postgres.sql(
        'songs',
        "create table song (id int, title text); insert into song values (1, 'One'), (2, 'Two')",
      );
    });
    afterAll(() => postgres?.stop());

    const run = (entry: string, given = {}) =>
      runForReal(declared(`kind: postgres-query, ${entry}`), { databaseUrl, ...given });

    test('passes on rows, their number and the first value', async () => {
      const query = 'query: "select id, title from song where id >= $1 order by id", values: [1]';
      expect(
        await run(`${query}, row-count: 2, value: 1, rows: { gjson: { "#.title": [One, Two] } }, error: ""`),
      ).toMatchObject({
        status: 'pass',
        examined: [
          { count: 1, what: 'statement' },
          { count: 4, what: 'expectations' },
        ],
      });
    });

    test('fails as mismatch with what was found', async () => {
      expect(
        await run('query: select count(*)::int from song, value: { gt: 2 }, row-count: 2'),
      ).toMatchObject({
        status: 'fail',
        code: 'mismatch',
        expected: 'row-count is 2; value is > 2',
        actual: 'row-count is 1; value is 2',
      });
    });

    test('an SQLSTATE can be what is expected; else the statement is what failed', async () => {
      expect(await run('query: select * from none, error: 42P01')).toMatchObject({ status: 'pass' });
      expect(await run('query: select * from none, row-count: 1')).toMatchObject({
        status: 'fail',
        code: 'refused',
        actual: expect.stringContaining('relation "none" does not exist'),
      });
      expect(await run('query: delete from song, error: "25006"')).toMatchObject({ status: 'pass' });
      expect(await run('query: select count(*)::int from song, value: 2')).toMatchObject({ status: 'pass' });
    });

    test('a database that is not there, and a server that is not', async () => {
      const none = databaseUrl.replace('/songs', '/none');
      expect(await run('query: select 1, value: 1', { databaseUrl: none })).toMatchObject({
        status: 'fail',
        code: 'refused',
        actual: expect.stringContaining('database "none" does not exist'),
      });
      const closed = 'postgresql://postgres:hunter2-secret@127.0.0.1:1/x';
      const verdict = await run('query: select 1, value: 1', { databaseUrl: closed });
      expect(verdict).toMatchObject({ status: 'fail', actual: expect.stringContaining('ECONNREFUSED') });
      expect(JSON.stringify(verdict)).not.toContain('hunter2');
    });
  },
);

describe.skipIf(redisMissing)(`redis-command${redisMissing ? ` (skipped: ${redisMissing})` : ''}`, () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis({ args: ['--user', 'reader', 'on', '>reader-pass', '~*', '+get', '+ping'] });
  });
  afterAll(() => redis?.stop());

  const run = (entry: string, cacheUrl = redis.url) =>
    runForReal(declared(`kind: redis-command, ${entry}`), { cacheUrl });

  test('passes on the reply, of every type', async () => {
    expect(await run('command: PING, reply: PONG')).toMatchObject({ status: 'pass' });
    expect(await run('command: [SET, song, "a b"], reply: OK')).toMatchObject({ status: 'pass' });
    expect(await run('command: GET song, reply: { starts-with: a }')).toMatchObject({ status: 'pass' });
    expect(await run('command: DBSIZE, reply: { ge: 1 }')).toMatchObject({ status: 'pass' });
    expect(await run('command: MGET song none, reply: { equal: ["a b", null] }')).toMatchObject({
      status: 'pass',
    });
    expect(await run('command: GET none, reply: { equal: null }')).toMatchObject({ status: 'pass' });
  });

  test('fails as mismatch with the reply', async () => {
    expect(await run('command: PING, reply: pong')).toMatchObject({
      status: 'fail',
      code: 'mismatch',
      expected: 'reply is "pong"',
      actual: 'reply is "PONG"',
    });
  });

  test("the server's error can be expected, and is reported where it is not", async () => {
    const reader = redis.url.replace('//', '//reader:reader-pass@');
    expect(await run('command: FLUSHALL, error: NOPERM', reader)).toMatchObject({ status: 'pass' });
    const verdict = await run('command: FLUSHALL, reply: OK', reader);
    expect(verdict).toMatchObject({
      status: 'fail',
      code: 'refused',
      actual: expect.stringContaining('NOPERM'),
    });
    expect(JSON.stringify(verdict)).not.toContain('reader-pass');
    expect(await run('command: PING, reply: PONG', 'redis://127.0.0.1:1')).toMatchObject({
      status: 'fail',
      code: 'unreachable',
      actual: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('logs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-kind-logs-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const line = (msg: string, more = {}) =>
    JSON.stringify({ level: 30, time: Date.now(), pid: 1, hostname: 'h', ...more, msg });

  function run(entry: string, lines: string[]) {
    const file = path.join(folder, 'api.log');
    writeFileSync(file, lines.map((text) => `${text}\n`).join(''));
    return runForReal(declared(`kind: logs, ${entry}`), { logs: { api: fileLogAccess(file) } });
  }
  const traceId = 'a'.repeat(32);
  const healthy = [line('starting'), line('GET /health', { trace_id: traceId }), line('ready')];

  test('passes on the whole log, summed up', async () => {
    const expected = 'lines: 3, structured-percent: 100, with-trace-id: { ge: 1 }, shape: pino';
    expect(await run(expected, healthy)).toMatchObject({
      status: 'pass',
      examined: [
        { count: 3, what: 'lines' },
        { count: 4, what: 'expectations' },
      ],
    });
    expect(await run(expected, [...healthy, 'plain text'])).toMatchObject({
      status: 'fail',
      code: 'mismatch',
    });
  });

  test('passes and fails on lines with a text, or of a trace', async () => {
    expect(await run('contains: /health, matched: 1, text: [{ contains: trace_id }]', healthy)).toMatchObject(
      {
        status: 'pass',
      },
    );
    expect(await run(`trace-id: ${traceId}, matched: 1`, healthy)).toMatchObject({ status: 'pass' });
    expect(await run('contains: ERROR, matched: 0', healthy)).toMatchObject({ status: 'pass' });
    expect(await run('contains: ready, matched: 0', healthy)).toMatchObject({
      status: 'fail',
      code: 'mismatch',
      actual: 'matched is 1',
      evidence: [expect.objectContaining({ kind: 'lines', total: 1 })],
    });
  });

  test('does not judge the text of more lines than it can look at', async () => {
    const many = Array.from({ length: 1200 }, (_each, index) => line(`request ${index}`));
    expect(await run('contains: request, matched: 1200', many)).toMatchObject({ status: 'pass' });
    expect(
      await run('contains: request, text: { not: { contain-element: { contains: failed } } }', many),
    ).toMatchObject({
      status: 'fail',
      code: 'unreachable',
      actual: '1200 lines match, and 1000 can be looked at',
    });
  });

  test('an empty log proves nothing, and one that cannot be read is skipped with what would help', async () => {
    expect(await run('contains: ERROR, matched: 0', [])).toMatchObject({ status: 'fail' });
    expect(await runForReal(declared('kind: logs, service: web, lines: 1'))).toEqual({
      status: 'skip',
      reason: 'the log of web cannot be read from here',
      enable: 'set services.web.log in meatymusic.config',
    });
  });
});

import { connect, createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { createSharedResources } from '../base/shared-resources.ts';
import { ProbeError } from '../check/probes.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import type { ProbeContext } from './context.ts';
import { createPostgresProbe } from './postgres.ts';

interface ProbeOptions {
  timeoutMs?: number;
  applicationUrl?: string;
  applicationRole?: string;
}

function probeFor(databaseUrl: string, { timeoutMs = 5000, ...database }: ProbeOptions = {}) {
  const end = performance.now() + timeoutMs;
  const context = {
    signal: AbortSignal.timeout(timeoutMs),
    remainingMs: () => end - performance.now(),
    clock: systemClock,
    effects: 'disruptive',
    endpoints: { database: { url: databaseUrl } },
    database: { applicationRole: 'app', ...database },
    shared: createSharedResources(),
  } as unknown as ProbeContext;
  return createPostgresProbe(context);
}

async function failure(promise: Promise<unknown>): Promise<ProbeError> {
  const thrown = await promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(ProbeError);
  return thrown as ProbeError;
}

const servers: Server[] = [];
const sockets: Socket[] = [];

/** A server that is no PostgreSQL; resolves to an address with a password that must not leave. */
async function impostor(onConnect: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onConnect(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return `postgresql://postgres:hunter2-secret@127.0.0.1:${port}/meatymusic`;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

describe('against servers that are none', () => {
  test('a port that accepts and is silent fails within its time', async () => {
    const url = await impostor(() => {});
    const error = await failure(probeFor(url, { timeoutMs: 400 }).query({ sql: 'select 1' }));
    expect(error.code).toBe('TIMEOUT');
  });

  test('a port without a listener names the address that was dialled', async () => {
    const url = await impostor(() => {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const error = await failure(probeFor(url).query({ sql: 'select 1' }));
    expect(error.code).toBe('ECONNREFUSED');
    expect(error.details.tried).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(error.message).not.toContain('hunter2');
  });

  test('an impostor that asks for the password in clear does not get it', async () => {
    const received: Buffer[] = [];
    const url = await impostor((socket) => {
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk);
        if (received.length === 1) socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      });
    });
    const error = await failure(probeFor(url).query({ sql: 'select 1' }));
    expect(error.code).toBe('CLEARTEXT_PASSWORD_REFUSED');
    expect(Buffer.concat(received).toString('latin1')).not.toContain('hunter2');
  });

  test('a server without TLS is not used where TLS is demanded', async () => {
    const received: Buffer[] = [];
    const url = await impostor((socket) => {
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk);
        socket.write('N');
      });
    });
    const error = await failure(probeFor(`${url}?sslmode=verify-full`).query({ sql: 'select 1' }));
    expect(error.code).toBe('NO_TLS');
    // The request for TLS is all that it ever sent.
    expect(Buffer.concat(received)).toHaveLength(8);
  });

  test('an HTTP server is not taken for a database', async () => {
    const url = await impostor((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await failure(probeFor(url, { timeoutMs: 1500 }).query({ sql: 'select 1' }));
    expect(error.message).not.toContain('hunter2');
  });

  const message = (type: string, body: Buffer, length = body.length + 4) => {
    const header = Buffer.alloc(5);
    header.write(type, 'latin1');
    header.writeUInt32BE(length, 1);
    return Buffer.concat([header, body]);
  };
  const welcome = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
  /** Greets as a server does, and answers the first query with these bytes. */
  const answering = (answer: (socket: Socket) => void) =>
    impostor((socket) => {
      socket.once('data', () => {
        socket.write(welcome);
        socket.once('data', () => answer(socket));
      });
    });
  const row = message('D', Buffer.from([0, 1, 0, 0, 0, 1, 0x78]));
  const columns = message('T', Buffer.from(`\0\x01a\0${'\0'.repeat(18)}`, 'latin1'));

  test.each<[string, Buffer]>([
    ['a message of 2 GB', message('D', Buffer.alloc(0), 0x7fffffff)],
    ['a message shorter than its own length', message('D', Buffer.alloc(0), 0)],
    ['a type that there is not', message('\x01', Buffer.alloc(4))],
    ['a row whose fields are not there', Buffer.concat([columns, message('D', Buffer.from([0, 9]))])],
    ['an error whose fields do not end', message('E', Buffer.from('SFATAL\0Mno\0'))],
    ['an error without fields', message('E', Buffer.alloc(0))],
    ['columns that are not there', message('T', Buffer.from([0x7f, 0xff]))],
    ['random bytes', Buffer.from(Array.from({ length: 200 }, (_, at) => (at * 89 + 7) % 256))],
  ])('an answer that breaks the protocol (%s): fails at once', async (_what, bytes) => {
    const url = await answering((socket) => socket.write(bytes));
    const error = await failure(probeFor(url, { timeoutMs: 60_000 }).query({ sql: 'select 1' }));
    expect(error.code).toBe('PROTOCOL');
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+: what answers there does not speak PostgreSQL: /);
  });

  test('rows without end fail, with memory bounded', async () => {
    const many = Buffer.concat(Array(5000).fill(row));
    const url = await answering((socket) => {
      socket.write(columns);
      const write = () => {
        while (socket.writable && socket.write(many));
      };
      socket.on('drain', write);
      write();
    });
    const error = await failure(probeFor(url, { timeoutMs: 60_000 }).query({ sql: 'select 1' }));
    expect(error).toMatchObject({ code: 'PROTOCOL', message: expect.stringContaining('messages') });
  });

  test('an address that is none does not show its password', async () => {
    const error = await failure(
      probeFor('postgresql://postgres:hunter2-secret@[::/x').query({ sql: 'select 1' }),
    );
    expect(error.code).toBe('DATABASE_URL');
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain('hunter2');
  });
});

describe.skipIf(postgresMissing)(
  `against PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`,
  () => {
    let server: TestPostgres;
    let url: string;

    beforeAll(async () => {
      server = await startPostgres({
        settings: { max_connections: '8', superuser_reserved_connections: '0' },
      });
      url = await server.createDatabase();
      const database = new URL(url).pathname.slice(1);
      await server.sql(
        database,
        'create role app nologin; create table song (id int); grant select on song to app',
      );
    });
    afterAll(() => server?.stop());

    test('a query answers with plain data', async () => {
      const { rows, rowCount } = await probeFor(url).query({
        sql: "select 1 as one, $1::text as text, null as nothing, timestamptz '2026-01-05 09:00Z' as time, 5000000000 as big",
        values: ['x'],
      });
      expect(rowCount).toBe(1);
      expect(rows).toEqual([
        { one: 1, text: 'x', nothing: null, time: '2026-01-05T09:00:00.000Z', big: '5000000000' },
      ]);
    });

    test('a query cannot write', async () => {
      expect((await failure(probeFor(url).query({ sql: 'insert into song values (1)' }))).code).toBe('25006');
    });

    test('a wrong password and a missing database are distinguished', async () => {
      const wrong = url.replace(server.password, 'not-the-password');
      const error = await failure(probeFor(wrong).query({ sql: 'select 1' }));
      expect(error.code).toBe('28P01');
      expect(error.message).not.toContain('not-the-password');
      expect((await failure(probeFor(server.urlOf('nowhere')).query({ sql: 'select 1' }))).code).toBe(
        '3D000',
      );
    });

    test('too many clients are named as such', async () => {
      const taken = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const client = new pg.Client(url);
          await client.connect();
          return client;
        }),
      );
      try {
        expect((await failure(probeFor(url).query({ sql: 'select 1' }))).code).toBe('53300');
      } finally {
        await Promise.all(taken.map((client) => client.end()));
      }
    });

    test('a backend that is stopped in a query fails within its time', async () => {
      const probe = probeFor(url, { timeoutMs: 1200 });
      const running = failure(probe.query({ sql: 'select pg_sleep(30)' }));
      const pid = await backendThatRuns('pg_sleep(30)');
      process.kill(pid, 'SIGSTOP');
      try {
        expect((await running).code).toBe('TIMEOUT');
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    });

    test('a connection that is dead when it is closed does not hold up the answer', async () => {
      const proxied = await impostor((socket) => {
        const upstream = connect(server.port, server.host);
        sockets.push(upstream);
        upstream.pipe(socket);
        // The server is as good as stopped from the farewell on.
        socket.on('data', (chunk: Buffer) => chunk.includes('rollback') || upstream.write(chunk));
      });
      const { port } = new URL(proxied);
      const startedAt = performance.now();
      const { rows } = await probeFor(url.replace(`:${server.port}/`, `:${port}/`)).query({
        sql: 'select 1 as one',
      });
      expect(rows).toEqual([{ one: 1 }]);
      expect(performance.now() - startedAt).toBeLessThan(5000);
    });

    test('a backend that is killed in a transaction is reported', async () => {
      const session = probeFor(url).session({ steps: [{ sql: 'begin' }, { sql: 'select pg_sleep(20)' }] });
      const failed = failure(session);
      const pid = await backendThatRuns('pg_sleep(20)');
      await server.sql('postgres', `select pg_terminate_backend(${pid})`);
      expect((await failed).code).toBe('57P01');
    });

    test('a session continues after a step that failed, and leaves nothing', async () => {
      const outcomes = await probeFor(url).session({
        steps: [
          { sql: 'begin' },
          { sql: 'insert into song values (7)' },
          { sql: 'savepoint here' },
          { sql: 'select nonsense' },
          { sql: 'rollback to here' },
          { sql: 'select count(*)::int as songs from song' },
        ],
      });
      expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.code))).toEqual([
        'ok',
        'ok',
        'ok',
        '42703',
        'ok',
        'ok',
      ]);
      expect(outcomes[5]).toMatchObject({ rows: [{ songs: 1 }] });
      expect((await probeFor(url).query({ sql: 'select count(*)::int as songs from song' })).rows).toEqual([
        { songs: 0 },
      ]);
    });

    test('as the application, its role holds in each transaction and in no other', async () => {
      const probe = probeFor(url);
      const outcomes = await probe.session({
        as: 'application',
        steps: [
          { sql: 'select current_user::text as role' },
          { sql: 'begin' },
          { sql: 'select current_user::text as role' },
          { sql: 'commit' },
          { sql: 'insert into song values (1)' },
          { sql: 'select session_user::text as session' },
        ],
      });
      expect(outcomes[0]).toMatchObject({ rows: [{ role: 'app' }] });
      expect(outcomes[2]).toMatchObject({ rows: [{ role: 'app' }] });
      expect(outcomes[4]).toMatchObject({ ok: false, code: '42501' });
      expect(outcomes[5]).toMatchObject({ rows: [{ session: 'postgres' }] });
      expect(
        (await probe.query({ sql: 'select current_user::text as role', as: 'application' })).rows,
      ).toEqual([{ role: 'app' }]);
    });

    test('a role that is not there is named', async () => {
      const probe = probeFor(url, { applicationRole: 'nobody_here' });
      const [outcome] = await probe.session({ as: 'application', steps: [{ sql: 'begin' }] });
      expect(outcome).toMatchObject({ ok: false, code: '22023' });
    });

    async function backendThatRuns(part: string): Promise<number> {
      const { awaitUntil } = await import('../base/await-until.ts');
      const client = new pg.Client(server.url);
      await client.connect();
      try {
        return await awaitUntil(
          async () => {
            const { rows } = await client.query<{ pid: number }>(
              "select pid from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like '%' || $1 || '%'",
              [part],
            );
            return rows[0]?.pid;
          },
          { what: `a backend that runs ${part}`, withinMs: 5000 },
        );
      } finally {
        await client.end();
      }
    }
  },
);

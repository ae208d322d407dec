import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { startApi, type TestApi } from '../testing/start-api.ts';

interface Ready {
  status: string;
  checks: { database: { state: string }; migrations: { state: string } };
  error?: { code: string; trace_id: string };
}

describe.skipIf(postgresMissing)(`readiness ${postgresMissing ?? ''}`, () => {
  let postgres: TestPostgres;
  let api: TestApi;
  beforeAll(async () => {
    postgres = await startPostgres();
    api = await startApi({ DATABASE_URL: await postgres.createDatabase(), DATABASE_TIMEOUT_MS: '500' });
  });
  afterAll(async () => {
    await api?.stop();
    await postgres?.stop();
  });

  const ready = async () => {
    const response = await fetch(`${api.url}/health/ready`);
    return { status: response.status, body: (await response.json()) as Ready };
  };
  const become = (state: string) =>
    awaitUntil(
      async () => {
        const answer = await ready();
        return answer.body.checks.database.state === state ? answer : undefined;
      },
      { what: `the database to be ${state}`, withinMs: 20_000 },
    );

  test('migrations that are not applied are not ready', async () => {
    const { status, body } = await ready();
    expect([status, body.checks.migrations.state, body.error?.code]).toEqual([503, 'pending', 'not_ready']);
  });

  test('reports that the database is away while /health stays 200, and reconnects', async () => {
    await postgres.halt();
    const { status, body } = await become('down');
    expect([status, body.status]).toEqual([503, 'unavailable']);
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    await postgres.restart();
    await become('up');
  });

  test('a database that says nothing is away, within its time', async () => {
    const backends = await postgres.sql(
      'postgres',
      "select pid from pg_stat_activity where application_name = 'meatymusic-api'",
    );
    const pids = [postgres.pid, ...backends.split('\n').map(Number)];
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      expect((await become('down')).status).toBe(503);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await become('up');
  });
});

/** A team's own compose file: `up` starts it and leaves its database as it is. */
import { writeFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerMissing } from '../../testing/docker.ts';
import { makeProject, notBuilt, type TestProject } from '../../testing/project.ts';

const missing = dockerMissing ?? notBuilt;

describe.skipIf(missing)(`up on a team's compose file${missing ? ` (${missing})` : ''}`, () => {
  let project: TestProject;
  let url: string;
  beforeAll(async () => {
    project = await makeProject();
    const { database } = project.ports;
    url = `postgresql://postgres:postgres@127.0.0.1:${database}/team`;
    configure();
    writeFileSync(
      project.file('compose.yaml'),
      `services:
  postgres:
    image: pgvector/pgvector:pg16
    environment: { POSTGRES_USER: postgres, POSTGRES_PASSWORD: postgres, POSTGRES_DB: team }
    ports: ['127.0.0.1:${database}:5432']
    healthcheck:
      test: [CMD-SHELL, pg_isready --host 127.0.0.1 --username postgres --dbname team]
      interval: 1s
      retries: 60
`,
    );
  });
  afterAll(async () => {
    await project?.run(['down', '--volumes']);
    await project?.remove();
  });

  function configure(migrations: { folder?: string } = {}): void {
    const off = { enabled: false };
    writeFileSync(
      project.file('meatymusic.config.json'),
      JSON.stringify({
        runtime: 'compose',
        services: { api: off, web: off, cache: off, database: { url } },
        migrations,
        up: { verify: false },
      }),
    );
  }

  async function query(sql: string) {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }
  const contents = () =>
    query(
      `select relname::text as what from pg_class where relnamespace not in ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace, 'information_schema'::regnamespace)
       union all select nspname from pg_namespace where nspname !~ '^pg_' union all select extname from pg_extension
       union all select rolname from pg_roles where rolname !~ '^pg_' order by 1`,
    );

  it('says that no migrations are configured, and creates nothing', { timeout: 240_000 }, async () => {
    const result = await project.run(['up', '--timeout', '3m']);
    expect(result.stderr).toMatch(/migrations\s+no migrations configured/);
    expect(result.code, result.stderr).toBe(0);
    expect(await contents()).toEqual(
      ['information_schema', 'plpgsql', 'postgres', 'public'].map((what) => ({ what })),
    );
    for (const command of ['up', 'down', 'status', 'plan']) {
      expect(await project.run(['migrate', command])).toMatchObject({ code: 78 });
    }
    expect(await contents()).toHaveLength(4);
  });

  it('names another tool that migrates it, and creates nothing', { timeout: 120_000 }, async () => {
    await query(
      "create table alembic_version (version_num text primary key); insert into alembic_version values ('1975ea83b712')",
    );
    const before = await contents();
    const result = await project.run(['up']);
    expect(result.stderr).toMatch(/migrations\s+.*migrated by Alembic, at 1975ea83b712/);
    expect(result.code, result.stderr).toBe(0);
    writeFileSync(project.file('1_a.ts'), 'export async function up() {}\n');
    configure({ folder: '.' });
    expect(await project.run(['up'])).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('migrated by Alembic, at 1975ea83b712'),
    });
    expect(await contents()).toEqual(before);
  });
});

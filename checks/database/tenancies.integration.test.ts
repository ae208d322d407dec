/** Verdicts of `database/row-level-security` and `database/tables-present` on databases of which the truth is known. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresMissing, startPostgres, type TestPostgres } from '../../src/testing/postgres.ts';
import { testStack } from '../../src/testing/probe-context.ts';
import { runCheck } from '../../src/testing/run-check.ts';
import { baseTenancy, type TenancyCase, tenancies } from '../../src/testing/tenancies/index.ts';
import { foundation, keysCases } from '../../src/testing/tenancies/keys.ts';
import rowLevelSecurity from './row-level-security.ts';
import tablesPresent from './tables-present.ts';

let server: TestPostgres;
const database = 'tenancy';

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Cheaper than a database for each case: a new one has to build its caches. */
const emptied = `
  do $$ declare name text; begin
    for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
      execute format('drop schema %I cascade', name);
    end loop;
  end $$;
  create schema public;
  grant usage on schema public to public;`;

async function judge({ sql, role, login, inspector, options, isEmpty }: TenancyCase) {
  const url = server.urlOf(database);
  await run(url, `${emptied} ${isEmpty ? '' : baseTenancy}; ${sql}`);
  const urlAs = (user: string) => server.urlOf(database, { name: user, password: 'pw' });
  return runCheck(rowLevelSecurity, {
    stack: testStack,
    ...(options ? { options } : {}),
    over: {
      endpoints: { database: { url: inspector ? urlAs(inspector) : url } },
      database: {
        applicationRole: role ?? 'tenant_app',
        ...(login ? { applicationUrl: urlAs(login) } : {}),
      },
    },
  });
}

describe.skipIf(postgresMissing)(`tenancies${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  beforeAll(async () => {
    server = await startPostgres();
    await run(server.url, 'create role tenant_app nologin');
    await run(server.url, `create database ${database}`);
  });
  afterAll(() => server?.stop());

  test.each([...tenancies])('$name: $verdict', async (tenancy) => {
    const verdict = await judge(tenancy);
    const found = verdict.status === 'fail' ? verdict.code : verdict.status;
    expect({ found, verdict }).toMatchObject({ found: tenancy.verdict });
    if (tenancy.names) expect(JSON.stringify(verdict)).toContain(tenancy.names);
  });

  test.each([...keysCases])('tables with $name: $verdict', async ({ sql, verdict: truth }) => {
    const url = server.urlOf(database);
    await run(url, `${emptied} ${foundation} ${sql}`);
    const verdict = await runCheck(tablesPresent, {
      stack: testStack,
      over: { endpoints: { database: { url } } },
    });
    const found = verdict.status === 'fail' ? verdict.code : verdict.status;
    expect({ found, verdict }).toMatchObject({ found: truth });
  });
});

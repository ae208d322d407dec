/** The verdict of `database/row-level-security` on databases whose tenancy is known to hold or not. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresMissing, startPostgres, type TestPostgres } from '../../src/testing/postgres.ts';
import { testStack } from '../../src/testing/probe-context.ts';
import { runCheck } from '../../src/testing/run-check.ts';
import { baseTenancy, type TenancyCase, tenancies } from '../../src/testing/tenancies/index.ts';
import check from './row-level-security.ts';

let server: TestPostgres;

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function judge({ sql, role, login, inspector, options, isEmpty }: TenancyCase, name: string) {
  await run(server.url, `create database ${name} template ${isEmpty ? 'template1' : 'base'}`);
  const url = server.urlOf(name);
  if (sql) await run(url, sql);
  const urlAs = (user: string) => server.urlOf(name, { name: user, password: 'pw' });
  return runCheck(check, {
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
    await run(server.url, 'create database base');
    await run(server.urlOf('base'), baseTenancy);
  });
  afterAll(() => server?.stop());

  test.each(tenancies.map((tenancy, index) => ({ ...tenancy, database: `t${index}` })))(
    '$name: $verdict',
    async (tenancy) => {
      const verdict = await judge(tenancy, tenancy.database);
      const found = verdict.status === 'fail' ? verdict.code : verdict.status;
      expect({ found, verdict }).toMatchObject({ found: tenancy.verdict });
      if (tenancy.names) expect(JSON.stringify(verdict)).toContain(tenancy.names);
    },
  );
});

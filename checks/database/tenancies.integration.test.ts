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

async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Cases in one database: a new one has to build its caches, and in an old one the catalogue is full of dead rows. */
const casesInOne = 15;
const created = new Set<string>();

/** Resolves to the name of a database that has this schema and nothing else. */
async function databaseWith(schema: string, kind: string, index: number): Promise<string> {
  const name = `${kind}_${Math.floor(index / casesInOne)}`;
  const isNew = !created.has(name);
  if (isNew) await run(server.url, `create database ${name}`);
  created.add(name);
  // In one connection: each has to read the catalogue anew.
  await run(server.urlOf(name), ...(isNew ? [] : [emptied]), schema);
  return name;
}

const emptied = `
  do $$ declare name text; begin
    for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
      execute format('drop schema %I cascade', name);
    end loop;
    execute format('alter database %I reset all', current_database());
  end $$;
  create schema public;
  grant usage on schema public to public;`;

async function judge({ sql, role, login, inspector, options, isEmpty }: TenancyCase, index: number) {
  const database = await databaseWith(`${isEmpty ? '' : baseTenancy}; ${sql}`, 'tenancy', index);
  const url = server.urlOf(database);
  const urlAs = (user: string) => server.urlOf(database, { name: user, password: 'pw' });
  return runCheck(rowLevelSecurity, {
    stack: testStack,
    ...(options ? { options } : {}),
    over: {
      timeoutMs: 60_000,
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
  });
  afterAll(() => server?.stop());

  test.each(tenancies.map((tenancy, index) => ({ ...tenancy, index })))(
    '$name: $verdict',
    async (tenancy) => {
      const verdict = await judge(tenancy, tenancy.index);
      const found = verdict.status === 'fail' ? verdict.code : verdict.status;
      expect({ found, verdict }).toMatchObject({ found: tenancy.verdict });
      if (tenancy.names) expect(JSON.stringify(verdict)).toContain(tenancy.names);
    },
  );

  test.each(keysCases.map((each, index) => ({ ...each, index })))(
    'tables with $name: $verdict',
    async ({ index, sql, verdict: truth }) => {
      const url = server.urlOf(await databaseWith(`${foundation} ${sql}`, 'keys', index));
      const verdict = await runCheck(tablesPresent, {
        stack: testStack,
        over: { endpoints: { database: { url } } },
      });
      const found = verdict.status === 'fail' ? verdict.code : verdict.status;
      expect({ found, verdict }).toMatchObject({ found: truth });
    },
  );
});

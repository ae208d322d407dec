/**
 * Every check of this area against real databases with the real migrations: it passes, it fails as each of its sabotages
 * says, and passes again when that is undone.
 */

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contextOf } from '../../src/check/check-context.ts';
import type { Check, CheckDefinition } from '../../src/check/define-check.ts';
import { judgeVerdict } from '../../src/check/judge-verdict.ts';
import { optionValues } from '../../src/check/option.ts';
import type { Probes } from '../../src/check/probes.ts';
import { exampleStack } from '../../src/check/stack.ts';
import { builtInMigrations, migrateToLatest, readOnlyMigrations } from '../../src/migrate/index.ts';
import { startTemporaryPglite } from '../../src/pglite/open.ts';
import { createProbe } from '../../src/probes/index.ts';
import { pgvectorMissing, startPgvectorContainer } from '../../src/testing/pgvector-container.ts';
import { testProbeContext } from '../../src/testing/probe-context.ts';
import connects from './connects.ts';
import migrationsAtHead from './migrations-at-head.ts';
import migrationsIdempotent from './migrations-idempotent.ts';
import rowLevelSecurity from './row-level-security.ts';
import tablesPresent from './tables-present.ts';
import vector from './vector.ts';
import version from './version.ts';

const checks = {
  connects,
  'tables-present': tablesPresent,
  'migrations-at-head': migrationsAtHead,
  'migrations-idempotent': migrationsIdempotent,
  'row-level-security': rowLevelSecurity,
  vector,
  version,
} as unknown as Record<string, CheckDefinition>;

interface Connections {
  url: string;
  applicationUrl?: string;
  applicationRole?: string;
}

async function judge(
  definition: CheckDefinition,
  { url, ...application }: Connections,
  options: Readonly<Record<string, unknown>> = {},
) {
  const probeContext = testProbeContext({
    endpoints: { database: { url } },
    database: { applicationRole: 'meatymusic_app', ...application },
    migrations: {
      ...readOnlyMigrations({ url, folder: builtInMigrations }),
      inFolder: (folder) => readOnlyMigrations({ url, folder }),
    },
  });
  try {
    const probes: Partial<Record<keyof Probes, unknown>> = {};
    for (const name of definition.needs) probes[name] = await createProbe(name, probeContext);
    const context = contextOf(definition as Check, {
      probes: probes as Partial<Probes>,
      options: optionValues(definition.options ?? {}, options).values,
      stack: exampleStack,
      signal: probeContext.signal,
      remainingMs: probeContext.remainingMs,
    });
    return judgeVerdict(definition as Check, await definition.run(context));
  } finally {
    await probeContext.close();
  }
}

async function run(url: string, statements: readonly string[]) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

interface TestServer {
  url: string;
  stop(): Promise<void>;
}

function suite(start: () => Promise<TestServer>) {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await migrateToLatest({ url: server.url, folder: builtInMigrations });
  });
  afterAll(() => server?.stop());

  for (const [id, definition] of Object.entries(checks)) {
    test(`${id} passes`, async () => {
      expect(await judge(definition, server)).toMatchObject({ status: 'pass' });
    });
    for (const sabotage of definition.sabotage ?? []) {
      if (sabotage.kind === 'sql') {
        test(`${id} fails with ${sabotage.code} when ${sabotage.name}`, async () => {
          await run(server.url, sabotage.break);
          try {
            expect(await judge(definition, server)).toMatchObject({ status: 'fail', code: sabotage.code });
          } finally {
            await run(server.url, sabotage.restore);
          }
          expect(await judge(definition, server)).toMatchObject({ status: 'pass' });
        });
      } else if (sabotage.kind === 'options') {
        test(`${id} fails with ${sabotage.code} when ${sabotage.name}`, async () => {
          expect(await judge(definition, server, sabotage.set)).toMatchObject({
            status: 'fail',
            code: sabotage.code,
          });
        });
      }
    }
  }

  /** Breaks the policies, expects the code, and restores them. */
  async function rowLevelSecurityFails(code: string, broken: string[], restored: string[]) {
    await run(server.url, broken);
    try {
      expect(await judge(checks['row-level-security']!, server)).toMatchObject({ status: 'fail', code });
    } finally {
      await run(server.url, restored);
    }
    expect(await judge(checks['row-level-security']!, server)).toMatchObject({ status: 'pass' });
  }

  const original = [
    "create policy tenant_isolation on users using (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)",
  ];
  const without = ['drop policy tenant_isolation on users'];

  test('row-level-security sees a policy that hides everything', () =>
    rowLevelSecurityFails(
      'own-rows-hidden',
      [...without, 'create policy tenant_isolation on users using (false)'],
      [...without, ...original],
    ));

  test('row-level-security sees policies of another setting', () =>
    rowLevelSecurityFails(
      'other-setting',
      [
        ...without,
        "create policy tenant_isolation on users using (tenant_id::text = current_setting('app.tenant', true))",
      ],
      [...without, ...original],
    ));

  test('row-level-security sees an error without a tenant', () =>
    rowLevelSecurityFails(
      'raises-without-tenant',
      [
        ...without,
        "create policy tenant_isolation on users using (tenant_id = current_setting('app.current_tenant_id', true)::uuid)",
      ],
      [...without, ...original],
    ));

  test('row-level-security sees rows without a tenant', () =>
    rowLevelSecurityFails(
      'shows-without-tenant',
      [
        "create policy everybody on users for select using (coalesce(current_setting('app.current_tenant_id', true), '') = '')",
      ],
      ['drop policy everybody on users'],
    ));

  test('row-level-security never passes as the superuser or the owner', async () => {
    const superuser = { url: server.url, applicationRole: 'postgres' };
    expect(await judge(checks['row-level-security']!, superuser)).toMatchObject({
      status: 'fail',
      code: 'bypasses-policies',
      actual: expect.stringContaining('superuser'),
    });
    await run(server.url, [
      'create role owner_of_users nologin',
      'alter table users owner to owner_of_users',
    ]);
    try {
      const owner = { url: server.url, applicationRole: 'owner_of_users' };
      expect(await judge(checks['row-level-security']!, owner)).toMatchObject({
        status: 'fail',
        code: 'bypasses-policies',
        actual: expect.stringContaining('owns users'),
      });
    } finally {
      await run(server.url, [
        'alter table users owner to postgres',
        'drop owned by owner_of_users',
        'drop role owner_of_users',
      ]);
    }
  });

  test('row-level-security names a role that is not there', async () => {
    const missingRole = { url: server.url, applicationRole: 'nobody_here' };
    expect(await judge(checks['row-level-security']!, missingRole)).toMatchObject({
      status: 'fail',
      code: 'role-missing',
    });
  });

  test('row-level-security leaves nothing', async () => {
    await judge(checks['row-level-security']!, server);
    const client = new pg.Client(server.url);
    await client.connect();
    const { rows } = await client.query(
      'select (select count(*)::int from tenants) + (select count(*)::int from users) as rows',
    );
    await client.end();
    expect(rows).toEqual([{ rows: 0 }]);
  });
}

describe('PGlite', () => {
  suite(startTemporaryPglite);
});

describe.skipIf(pgvectorMissing)(
  `PostgreSQL with pgvector${pgvectorMissing ? ` (${pgvectorMissing})` : ''}`,
  () => {
    suite(startPgvectorContainer);
  },
);

describe.skipIf(pgvectorMissing)(`PostgreSQL alone${pgvectorMissing ? ` (${pgvectorMissing})` : ''}`, () => {
  let server: Awaited<ReturnType<typeof startPgvectorContainer>>;
  beforeAll(async () => {
    server = await startPgvectorContainer();
    await run(server.url, ["create role migrator login createrole password 'migrator-password-1'"]);
    await run(await server.createDatabase('migrated'), [
      'alter database migrated owner to migrator',
      'alter schema public owner to migrator',
      'create extension vector',
    ]);
    await migrateToLatest({ url: migratorUrl(), folder: builtInMigrations });
    await migrateToLatest({ url: server.url, folder: builtInMigrations });
    await run(server.url, ["create role api login password 'api-password-1' in role meatymusic_app"]);
  });
  afterAll(() => server?.stop());

  const applicationUrl = () => server.url.replace(/\/\/[^@]+@/, '//api:api-password-1@');

  const migratorUrl = () =>
    server.url.replace(/\/\/[^@]+@/, '//migrator:migrator-password-1@').replace(/[^/]+$/, 'migrated');

  test('row-level-security passes where a role that is no superuser has migrated', async () => {
    expect(await judge(checks['row-level-security']!, { url: migratorUrl() })).toMatchObject({
      status: 'pass',
    });
  });

  test('row-level-security passes over a connection of the application’s own', async () => {
    expect(
      await judge(checks['row-level-security']!, { url: server.url, applicationUrl: applicationUrl() }),
    ).toMatchObject({ status: 'pass' });
  });

  test('row-level-security sees a tenant that a role’s default brings into every transaction', async () => {
    await run(server.url, [
      "alter role api set app.current_tenant_id = '6f1ed002-ab5c-4e1d-9d4e-2f6b9f9d3c11'",
    ]);
    expect(
      await judge(checks['row-level-security']!, { url: server.url, applicationUrl: applicationUrl() }),
    ).toMatchObject({ status: 'fail', code: 'leaks' });
    await run(server.url, ['alter role api reset app.current_tenant_id']);
  });

  test('connects distinguishes refused from unreachable', async () => {
    const wrong = { url: server.url.replace('test-password-1', 'wrong-password') };
    expect(await judge(checks.connects!, wrong)).toMatchObject({ status: 'fail', code: 'refused' });
    const nowhere = { url: `${server.url}_nowhere` };
    expect(await judge(checks.connects!, nowhere)).toMatchObject({
      status: 'fail',
      code: 'database-missing',
    });
  });

  test('connects sees a database that takes no writes', async () => {
    await run(server.url, ['alter database meatymusic set default_transaction_read_only = on']);
    expect(await judge(checks.connects!, server)).toMatchObject({ status: 'fail', code: 'read-only' });
    await run(server.url, [
      'set default_transaction_read_only = off',
      'alter database meatymusic reset default_transaction_read_only',
    ]);
  });

  test('a role with CREATEROLE that is no superuser migrates, and may take the role of the application', async () => {
    await run(server.url, [
      'alter role meatymusic_app rename to meatymusic_app_of_others',
      "create role creator login createrole password 'migrator-password-1'",
      'create database migrated_by_creator owner creator',
    ]);
    const url = new URL(server.url);
    url.pathname = '/migrated_by_creator';
    await run(url.href, ['create extension vector']);
    const own = new URL(url.href);
    own.username = 'creator';
    own.password = 'migrator-password-1';
    await migrateToLatest({ url: own.href, folder: builtInMigrations });
    await run(own.href, ['set role meatymusic_app; select from users']);
    expect(await judge(checks['row-level-security']!, { url: own.href })).toMatchObject({ status: 'pass' });
  });
});

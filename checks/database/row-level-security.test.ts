import { describe, it } from 'vitest';
import { type Json, ProbeError, type SqlOutcome, type SqlStep } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import check from './row-level-security.ts';

const policy =
  "tenant_isolation using (tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid)";
const column = (name: string, type = 'text', more: object = {}) => ({
  ...{ name, type, category: type === 'uuid' ? 'U' : type === 'timestamptz' ? 'D' : 'S', length: null },
  ...{ required: true, generated: false, identity: false, hasDefault: false, labels: null, checks: [] },
  privileges: { app: 'siu' },
  ...more,
});
const relation = (oid: number, name: string, columns: object[], more: object = {}) => ({
  ...{ oid, schema: 'public', name, kind: 'r', enabled: true, forced: true, partition: false, ownedBy: [] },
  ...{
    primary: ['id'],
    uniques: [['id']],
    policies: [policy],
    columns,
    dependsOn: [],
    definerTrigger: false,
  },
  privileges: { app: 'du' },
  ...more,
});
const role = {
  ...{ name: 'app', superuser: false, bypasses: false, replication: false, grantsRoles: false },
  ...{ serverAccess: null, createsIn: null },
};
const key = (child: number, parent: number, name: string) => ({
  ...{ child, parent, columns: [name], referenced: ['id'], cascades: true },
});
const updatedAt = column('updated_at', 'timestamptz', { required: false });
const tables = [
  relation(1, 'tenants', [column('id', 'uuid'), column('name')]),
  relation(2, 'users', [column('id', 'uuid'), column('tenant_id', 'uuid'), column('email'), updatedAt]),
  relation(3, 'user_preferences', [column('id', 'uuid'), column('user_id', 'uuid'), updatedAt]),
];

interface Outcome {
  rows?: number;
  code?: string;
  message?: string;
  before?: string[];
  after?: string[];
}

interface Database {
  roles?: object;
  users?: object;
  tenancy?: object;
  /** Changes the outcome of the attempts on the users that fit; else they are those of a database that is in order. */
  attempts?: [fits: { kind: string; caller?: string }, outcome: Outcome];
  /** No row of the second tenant can be made in this table. */
  unmade?: string;
  pooled?: SqlOutcome;
  session?: Error;
}

const rows = (...found: Record<string, Json>[]) =>
  ({ ok: true, rows: found, rowCount: found.length, durationMs: 1 }) as const;

interface Attempt {
  id: string;
  kind: string;
  caller: string;
  target: string;
}

/** A database whose policies work, but for what the case says. */
function database({
  roles = {},
  users = {},
  tenancy = {},
  attempts,
  unmade,
  pooled,
  session,
}: Database = {}) {
  const catalogue = {
    ...{ version: 16, inspectorSeesAll: true, functions: [], stored: [], roles: [{ ...role, ...roles }] },
    relations: tables.map((table) => (table.name === 'users' ? { ...table, ...users } : table)),
    keys: [key(2, 1, 'tenant_id'), key(3, 2, 'user_id')],
    ...tenancy,
  };
  const judged = (text: string) => {
    const plan = JSON.parse(/\$p\w+\$([\s\S]*?)\$p/.exec(text)![1]!) as { attempts: Attempt[] }[];
    return plan.map((batch) => {
      const isMade = batch.attempts[0]?.target !== unmade;
      const outcomes = batch.attempts.map(({ id, kind, caller, target }) => {
        const fits = attempts?.[0];
        const isMeant = fits?.kind === kind && (fits.caller ?? 'a') === caller && target === 'users';
        const usual = { variant: 0, rows: kind === 'own' ? 1 : 0, code: null, message: null };
        return { id, ...usual, before: [], after: [], ...(isMeant ? attempts![1] : {}) };
      });
      return { sets: { held: 1 }, base: isMade ? '1:5' : '0:0', outcomes, error: null };
    });
  };
  const answers = (steps: SqlStep[]): SqlOutcome[] =>
    steps.map(({ sql }, index) => {
      const before = steps[index - 1]?.sql ?? '';
      if (sql.includes('as tenancy')) return rows({ tenancy: catalogue as unknown as Json });
      if (sql.startsWith('select current_setting($1')) return pooled ?? rows({ setting: null, rows0: 0 });
      if (!sql.startsWith("select current_setting('meatymusic")) return rows();
      if (before.includes('problems jsonb')) {
        const problem = 'new row violates check constraint "code" (23514)';
        return rows({ result: JSON.stringify(unmade ? [{ table: unmade, tenant: 'b', problem }] : []) });
      }
      return rows({ result: JSON.stringify(judged(before)) });
    });
  return {
    postgres: {
      query: { rows: [{ name: 'app', session: 'app', version: 16 }], rowCount: 1, durationMs: 1 },
      session: ({ steps }: { steps: SqlStep[] }) =>
        session && steps.some(({ sql }) => sql === 'savepoint attempts') ? session : answers(steps),
    },
  };
}

testCheck(
  check,
  {
    passes: [
      {
        when: 'every attempt is without effect',
        probes: database(),
        summary:
          /^as app, \d+ attempts on tenants, users, user_preferences; one connection, three transactions$/,
      },
      {
        when: 'a missing privilege refuses, which is reported',
        probes: database({ attempts: [{ kind: 'delete' }, { code: '42501', message: 'permission denied' }] }),
      },
      {
        when: 'a table has no rows to aim at, which is reported',
        probes: database({
          tenancy: {
            relations: [...tables, relation(4, 'notes', [column('id', 'uuid'), column('tenant_id', 'uuid')])],
          },
          unmade: 'notes',
        }),
        summary: /not judged: notes: no row of a second tenant: new row violates check constraint/,
      },
    ],
    fails: [
      {
        when: 'the role does not exist',
        code: 'role-missing',
        probes: { postgres: { query: new ProbeError('22023', 'role "app" does not exist') } },
      },
      {
        when: 'the default role does not exist on a stack that was started here',
        code: 'role-missing',
        probes: { postgres: { query: new ProbeError('22023', 'role "meatymusic_app" does not exist') } },
      },
      {
        when: 'the role is a superuser',
        code: 'bypasses-policies',
        probes: database({ roles: { superuser: true } }),
      },
      {
        when: 'the role has BYPASSRLS',
        code: 'bypasses-policies',
        probes: database({ roles: { bypasses: true } }),
      },
      {
        when: 'the role owns a table',
        code: 'bypasses-policies',
        probes: database({ users: { ownedBy: ['app'] } }),
      },
      { when: 'it is switched off', code: 'not-enabled', probes: database({ users: { enabled: false } }) },
      { when: 'there is no policy', code: 'not-enabled', probes: database({ users: { policies: [] } }) },
      { when: 'it is not forced', code: 'not-forced', probes: database({ users: { forced: false } }) },
      {
        when: 'the policies read another setting',
        code: 'other-setting',
        probes: database({ attempts: [{ kind: 'own' }, { rows: 0 }] }),
        options: { setting: 'app.tenant' },
        actual: 'they read app.current_tenant_id',
      },
      {
        when: 'nothing is seen at all',
        code: 'own-rows-hidden',
        probes: database({ attempts: [{ kind: 'own' }, { rows: 0 }] }),
      },
      {
        when: 'a foreign row is read',
        code: 'reads-foreign',
        probes: database({ attempts: [{ kind: 'read' }, { rows: 2 }] }),
        actual: 'users: tenant A reads rows of tenant B',
      },
      {
        when: 'a foreign row is changed, whatever the number of rows was',
        code: 'changes-foreign',
        probes: database({ attempts: [{ kind: 'change' }, { rows: 0, before: ['1:5'], after: ['1:6'] }] }),
      },
      {
        when: 'foreign rows are gone',
        code: 'changes-foreign',
        probes: database({ attempts: [{ kind: 'take-over' }, { rows: 4, before: ['2:5'], after: ['0:0'] }] }),
      },
      {
        when: 'there are more foreign rows than before',
        code: 'inserts-foreign',
        probes: database({ attempts: [{ kind: 'insert' }, { rows: 1, before: ['1:5'], after: ['2:9'] }] }),
      },
      {
        when: 'a privilege goes past the policies',
        code: 'privilege-bypasses',
        probes: database({
          users: { privileges: { app: 'duT' } },
          attempts: [{ kind: 'truncate' }, { before: ['1:5'], after: ['0:0'] }],
        }),
      },
      {
        when: 'an empty setting shows rows',
        code: 'shows-without-tenant',
        probes: database({ attempts: [{ kind: 'read', caller: 'empty' }, { rows: 2 }] }),
      },
      {
        when: 'an unset setting lets a statement through',
        code: 'shows-without-tenant',
        probes: database({
          attempts: [
            { kind: 'delete', caller: 'unset' },
            { before: ['1:5'], after: ['0:0'] },
          ],
        }),
      },
      {
        when: 'an empty setting is an error',
        code: 'raises-without-tenant',
        probes: database({
          attempts: [
            { kind: 'read', caller: 'empty' },
            { code: '22P02', message: 'invalid input syntax for type uuid: ""' },
          ],
        }),
      },
      {
        when: 'a connection brings a tenant along',
        code: 'leaks',
        probes: database({ pooled: rows({ setting: 'x', rows0: 0 }) }),
      },
      {
        when: 'a tenant is stored for the role',
        code: 'leaks',
        probes: database({
          tenancy: { stored: [{ role: 'app', setting: 'app.current_tenant_id', value: 'x' }] },
        }),
      },
      {
        when: 'the session is cut off',
        code: 'not-judged',
        probes: database({ session: new ProbeError('CONNECTION_LOST', 'the server closed the connection') }),
      },
    ],
    skips: [
      {
        when: 'no rows of the users can be made',
        probes: database({ unmade: 'users' }),
        reason: /users: no row of a second tenant: .*"code"/,
        enable: /row-level-security\.values/,
      },
      {
        when: 'no table names a tenant',
        probes: database({ tenancy: { relations: [] } }),
        reason: 'no table has a column that names a tenant (tenant_id)',
        enable: /tenantColumn/,
      },
    ],
  },
  { describe, it },
);

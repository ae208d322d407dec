import { describe, it } from 'vitest';
import { ProbeError, type SqlOutcome, type SqlStep } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import check from './row-level-security.ts';

const policy =
  "tenant_isolation using (tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid)";
const column = (name: string, type = 'text', required = true) => ({
  name,
  type,
  length: null,
  required,
  labels: null,
});
const tables = [
  { name: 'tenants', columns: [column('name')] },
  { name: 'users', columns: [column('email'), column('updated_at', 'timestamptz', false)] },
  { name: 'user_preferences', columns: [column('updated_at', 'timestamptz', false)] },
].map((table) => ({ ...table, enabled: true, forced: true, owned: false, policies: [policy] }));

interface Database {
  facts?: object;
  users?: object;
  /** The answer to the first attempt on the users that fits; else the one of a database that is in order. */
  answer?: [statement: RegExp, outcome: SqlOutcome, nth?: number];
  /** What every step of the set-up answers. */
  setup?: SqlOutcome;
}

const rows = (...found: Record<string, string | number | null>[]): SqlOutcome => ({
  ok: true,
  rows: found,
  rowCount: found.length,
  durationMs: 1,
});
const refused: SqlOutcome = {
  ok: false,
  code: '42501',
  message: 'new row violates row-level security policy',
};
const touched = (rowCount: number): SqlOutcome => ({ ok: true, rows: [], rowCount, durationMs: 1 });

/** A database whose policies work, but for what the case says. */
function database({ facts = {}, users = {}, answer, setup }: Database = {}) {
  const changed = tables.map((table) => (table.name === 'users' ? { ...table, ...users } : table));
  const outcomeOf = (steps: readonly SqlStep[], index: number, tenant: string | undefined): SqlOutcome => {
    const { sql, values = [] } = steps[index]!;
    if (/^select current_setting/.test(sql)) return rows({ setting: null, rows0: 0, rows1: 0 });
    if (/^select count/.test(sql)) {
      const id = String(values[0]);
      const own = typeof values[0] === 'string' && tenant !== undefined && id.at(-2) === tenant.at(-2);
      return rows({ rows: own ? 1 : 0 });
    }
    if (/^(update|delete).*where id = \$1$/.test(sql)) return touched(0);
    if (/^(update \S+ set "updated_at" = '|delete from \S+$)/.test(sql)) return touched(1);
    return /^(insert|update)/.test(sql) ? refused : touched(0);
  };
  return {
    postgres: {
      query: {
        rows: [{ role: 'app', superuser: false, bypasses: false, tables: changed, ...facts } as never],
        rowCount: 1,
        durationMs: 1,
      },
      session: ({ steps }: { steps: SqlStep[] }) => {
        const role = steps.findIndex(({ sql }) => sql.startsWith('set local role'));
        let tenant: string | undefined;
        let used = false;
        return steps.map(({ sql, values }, index) => {
          if (sql.startsWith('select set_config')) tenant = String(values?.[1] ?? '') || undefined;
          if (index <= role) return setup ?? touched(1);
          if (answer && !used && answer[0].test(sql) && (answer[2] === undefined || index >= answer[2])) {
            used = true;
            return answer[1];
          }
          return outcomeOf(steps, index, tenant);
        });
      },
    },
  };
}

testCheck(
  check,
  {
    passes: [
      { when: 'every attempt is refused', probes: database(), summary: /^as app, 26 attempts on users and/ },
      {
        when: 'a missing privilege takes the role of a policy',
        probes: database({ answer: [/^delete from \S+ where/, refused] }),
      },
    ],
    fails: [
      {
        when: 'the role does not exist',
        code: 'role-missing',
        probes: { postgres: { query: new ProbeError('22023', 'role "app" does not exist') } },
      },
      {
        when: 'the role is a superuser',
        code: 'bypasses-policies',
        probes: database({ facts: { superuser: true } }),
      },
      {
        when: 'the role has BYPASSRLS',
        code: 'bypasses-policies',
        probes: database({ facts: { bypasses: true } }),
      },
      {
        when: 'the role owns a table',
        code: 'bypasses-policies',
        probes: database({ users: { owned: true } }),
      },
      { when: 'it is switched off', code: 'not-enabled', probes: database({ users: { enabled: false } }) },
      { when: 'there is no policy', code: 'not-enabled', probes: database({ users: { policies: [] } }) },
      { when: 'it is not forced', code: 'not-forced', probes: database({ users: { forced: false } }) },
      {
        when: 'the policies read another setting',
        code: 'other-setting',
        probes: database({ answer: [/^select count/, rows({ rows: 0 })] }),
        options: { setting: 'app.tenant' },
        actual: 'they read app.current_tenant_id',
      },
      {
        when: 'nothing is seen at all',
        code: 'own-rows-hidden',
        probes: database({ answer: [/^select count/, rows({ rows: 0 })] }),
      },
      {
        when: 'a foreign row is read',
        code: 'reads-foreign',
        probes: database({ answer: [/any\(\$1\)/, rows({ rows: 2 })] }),
      },
      {
        when: 'a foreign row is changed',
        code: 'changes-foreign',
        probes: database({ answer: [/^update/, touched(1)] }),
      },
      {
        when: 'everything is removed',
        code: 'changes-foreign',
        probes: database({ answer: [/^delete from \S+$/, touched(4)] }),
      },
      {
        when: 'a foreign row is taken over',
        code: 'changes-foreign',
        probes: database({ answer: [/on conflict/, touched(1)] }),
      },
      {
        when: 'a row gets into the other tenant',
        code: 'inserts-foreign',
        probes: database({ answer: [/^insert (?!.*on conflict)/, touched(1)] }),
      },
      {
        when: 'a row is moved to the other tenant',
        code: 'inserts-foreign',
        probes: database({ answer: [/^update .* where id = \$2$/, touched(1)] }),
      },
      {
        when: 'an empty setting shows rows',
        code: 'shows-without-tenant',
        probes: database({ answer: [/where id = any/, rows({ rows: 2 })] }),
      },
      {
        when: 'an empty setting is an error',
        code: 'raises-without-tenant',
        probes: database({
          answer: [
            /where id = any/,
            { ok: false, code: '22P02', message: 'invalid input syntax for type uuid: ""' },
          ],
        }),
      },
      {
        when: 'an unset setting is an error',
        code: 'raises-without-tenant',
        probes: database({
          answer: [
            /^select current_setting/,
            { ok: false, code: '42704', message: 'unrecognized configuration parameter' },
          ],
        }),
      },
      {
        when: 'a connection brings a tenant along',
        code: 'leaks',
        probes: database({ answer: [/^select current_setting/, rows({ setting: 'x', rows0: 0 }), 5] }),
      },
      {
        when: 'the rows cannot be made',
        code: 'not-judged',
        probes: database({ setup: { ok: false, code: '23502', message: 'null value in column "plan"' } }),
        actual: 'null value in column "plan" (23502)',
      },
      {
        when: 'a table is not there',
        code: 'not-judged',
        probes: database({ facts: { tables: tables.slice(0, 2) } }),
        actual: 'no table user_preferences',
      },
    ],
  },
  { describe, it },
);

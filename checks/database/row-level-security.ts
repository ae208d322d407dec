import { defineCheck, mapOf, option, v } from '../../src/check/index.ts';
import { inspectTenancy } from '../../src/suites/index.ts';

/**
 * Verifies by behaviour that a tenant stays among its own rows: one of two tenants tries to read, change, insert, remove
 * and take over what is the other's, through everything that the role of the application can reach, in a transaction that
 * is rolled back. A role that bypasses the policies proves nothing, and never passes.
 */
export default defineCheck({
  title: 'No tenant reaches the rows of another',
  failureTitle: 'A tenant reaches the rows of another, or policies are not applied',
  why: 'One forgotten condition in one query must not expose the data of another customer.',
  judges: 'postgres',
  after: ['database/tables-present'],
  needs: ['postgres', 'ids'],
  uses: ['database'],
  effects: 'rolled-back',
  tags: ['contract', 'tenancy', 'security'],
  timeoutMs: 15_000,
  options: {
    setting: option(v.string(), 'app.current_tenant_id', 'Setting from which the policies read the tenant'),
    schema: option(v.string(), 'public', 'Schema of the tables'),
    tenants: option(v.string(), 'tenants', 'Table of the tenants'),
    users: option(v.string(), 'users', 'Table of the users'),
    preferences: option(
      v.union([v.string(), v.literal(false)]),
      'user_preferences',
      "Table of the users' preferences; false: the stack has none",
    ),
    tenantColumn: option(
      v.string(),
      'tenant_id',
      'Column that names the tenant of a row, in every table that has it',
    ),
    userColumn: option(
      v.string(),
      'user_id',
      'Column that names the user of a row, where it has no tenant column',
    ),
    settingForm: option(
      v.string(),
      '{tenant}',
      `Form of the setting's value: '{"tenant_id":"{tenant}"}' for request.jwt.claims`,
    ),
    values: option(
      mapOf(mapOf(v.union([v.string(), v.number(), v.boolean()]))),
      {},
      'Values of columns by table, for rows that cannot be created otherwise; {n} is a number that differs for each row',
    ),
    trusted: option(
      v.array(v.string()),
      [],
      'Tables, views and functions that cross tenants on purpose: "public.find_login"',
    ),
    forced: option(v.boolean(), true, 'Whether the policies must be FORCEd on the owner'),
  },
  codes: {
    'role-missing': {
      headline: 'The role of the application cannot be assumed',
      means: 'the role of the application cannot be assumed',
      hint: 'name the role of the application: services.database.applicationRole; or its connection: services.database.applicationUrl',
    },
    'bypasses-policies': {
      headline: 'The role of the application bypasses the policies',
      means: 'the role of the application bypasses the policies',
      hint: 'alter role … nosuperuser nobypassrls; let the application take a role of its own: set local role meatymusic_app',
    },
    'not-enabled': {
      headline: 'Row-level security is off for a table',
      means: 'row-level security is off for a table, or it has no policy',
      hint: 'alter table … enable row level security; create policy …',
    },
    'not-forced': {
      headline: 'The policies are not applied to the owner of a table',
      means: 'the policies are not applied to the owner of a table',
      hint: 'alter table … force row level security',
    },
    'other-setting': {
      headline: 'The policies read another setting than the application sets',
      means: 'the policies read another setting than the application sets',
      hint: 'use the same setting in the policies and the application, or set the option "setting" of this check',
    },
    'own-rows-hidden': {
      headline: 'A tenant does not see its own rows',
      means: 'a tenant does not see its own rows, so not seeing those of others proves nothing',
      hint: 'select * from pg_policies; are the privileges granted? \\dp',
    },
    'reads-foreign': {
      headline: 'A tenant reads the rows of another',
      means: "a tenant can read another tenant's rows",
      hint: 'select * from pg_policies: is one of them true for all? a view: alter view … set (security_invoker = true); on purpose: the option trusted',
    },
    'changes-foreign': {
      headline: 'A tenant changes the rows of another',
      means: "a tenant can change or remove another tenant's rows",
      hint: 'select * from pg_policies where cmd in (…)',
    },
    'inserts-foreign': {
      headline: 'A tenant inserts rows for another tenant',
      means: 'a tenant can insert rows for another tenant',
      hint: 'give the policy the same WITH CHECK as its USING',
    },
    'privilege-bypasses': {
      headline: 'A privilege bypasses the policies',
      means: 'a privilege to which policies do not apply reaches rows of another tenant',
      hint: 'revoke truncate, references, trigger on all tables in schema … from …',
    },
    'shows-without-tenant': {
      headline: 'Rows are visible without a tenant',
      means: 'without a tenant, rows are visible or can be changed',
      hint: "compare with nullif(current_setting(…, true), '')",
    },
    'raises-without-tenant': {
      headline: 'A query without a tenant fails',
      means: 'without a tenant, a query fails instead of returning no rows',
      hint: "read it with nullif(current_setting('app.current_tenant_id', true), '')::uuid",
    },
    leaks: {
      headline: 'A transaction has the tenant of another transaction',
      means: 'a transaction that has not set a tenant has one',
      hint: 'select * from pg_db_role_setting; set it with set_config(…, …, true) alone',
    },
    'not-judged': {
      headline: 'The database ended the inspection of the tenants',
      means: 'the database ended the inspection',
      hint: 'meatymusic verify database/connects',
    },
  },
  sabotage: [
    {
      name: 'row-level security is switched off',
      code: 'not-enabled',
      kind: 'sql',
      break: ['alter table users disable row level security'],
      restore: ['alter table users enable row level security'],
    },
    {
      name: 'it is not forced',
      code: 'not-forced',
      kind: 'sql',
      break: ['alter table users no force row level security'],
      restore: ['alter table users force row level security'],
    },
    {
      name: 'the role bypasses policies',
      code: 'bypasses-policies',
      kind: 'sql',
      break: ['alter role meatymusic_app bypassrls'],
      restore: ['alter role meatymusic_app nobypassrls'],
    },
    {
      name: 'a policy lets everybody read',
      code: 'reads-foreign',
      kind: 'sql',
      break: ['create policy everybody on users for select using (true)'],
      restore: ['drop policy everybody on users'],
    },
    {
      name: 'a policy lets everybody change, unseen',
      code: 'changes-foreign',
      kind: 'sql',
      break: ['create policy everybody on users for update using (true)'],
      restore: ['drop policy everybody on users'],
    },
    {
      name: 'a policy lets everybody insert',
      code: 'inserts-foreign',
      kind: 'sql',
      break: ['create policy everybody on users for insert with check (true)'],
      restore: ['drop policy everybody on users'],
    },
    {
      name: 'TRUNCATE is granted',
      code: 'privilege-bypasses',
      kind: 'sql',
      break: ['grant truncate on user_preferences to meatymusic_app'],
      restore: ['revoke truncate on user_preferences from meatymusic_app'],
    },
    {
      name: 'a view reads users with the rights of its owner',
      code: 'reads-foreign',
      kind: 'sql',
      break: [
        'create view every_user as select email from users',
        'grant select on every_user to meatymusic_app',
      ],
      restore: ['drop view if exists every_user'],
    },
    {
      name: 'an unset tenant shows all rows',
      code: 'shows-without-tenant',
      kind: 'sql',
      break: [
        "create policy everybody on users for select using (coalesce(current_setting('app.current_tenant_id', true), '') = '')",
      ],
      restore: ['drop policy everybody on users'],
    },
    {
      name: 'a policy raises an error where no tenant is set',
      code: 'raises-without-tenant',
      kind: 'sql',
      break: [
        "create policy strict on users for select using (tenant_id::text = current_setting('app.current_tenant_id')::uuid::text)",
      ],
      restore: ['drop policy strict on users'],
    },
    {
      name: 'a restrictive policy hides all rows',
      code: 'own-rows-hidden',
      kind: 'sql',
      break: ['create policy no_rows on users as restrictive for select using (false)'],
      restore: ['drop policy no_rows on users'],
    },
    {
      name: 'the role has another name',
      code: 'role-missing',
      kind: 'sql',
      break: ['alter role meatymusic_app rename to meatymusic_app_away'],
      restore: ['alter role meatymusic_app_away rename to meatymusic_app'],
    },
    {
      name: 'the policies read another setting',
      code: 'other-setting',
      kind: 'options',
      set: { setting: 'app.tenant_id' },
    },
  ],
  async run({ postgres, ids, options, stack, pass, fail, skip }) {
    const verdict = await inspectTenancy(postgres, await ids.uuid(), stack.runtime, options);
    switch (verdict.status) {
      case 'pass':
        return pass(verdict.summary, verdict.examined, verdict.evidence);
      case 'skip':
        return skip(verdict.reason, verdict.enable);
      case 'fail':
        return fail(verdict.code, verdict);
    }
  },
});

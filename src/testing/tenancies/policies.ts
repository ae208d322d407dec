import { byCommand, current, policies, protect, type TenancyCase, twoTenants } from './tenancy.ts';

const own = `using (tenant_id = ${current}) with check (tenant_id = ${current})`;

/** Policies with and without holes. */
export const tenanciesByPolicy: TenancyCase[] = [
  { name: 'the foundation schema', sql: '', verdict: 'pass' },
  { name: 'the foundation schema with two tenants', sql: twoTenants, verdict: 'pass' },
  {
    name: 'UPDATE takes over every row',
    sql: byCommand(`using (true) with check (tenant_id = ${current})`),
    verdict: 'changes-foreign',
    names: 'users: tenant A takes over',
  },
  {
    name: 'UPDATE takes over every row of existing tenants',
    sql: `${byCommand(`using (true) with check (tenant_id = ${current})`)};${twoTenants}`,
    verdict: 'changes-foreign',
  },
  {
    name: 'preferences with a unique user are taken over',
    sql: `${policies(
      'user_preferences',
      'for select using (exists (select from users where users.id = user_id))',
      'for insert with check (exists (select from users where users.id = user_id))',
      'for update using (true) with check (exists (select from users where users.id = user_id))',
    )};${twoTenants}`,
    verdict: 'changes-foreign',
    names: 'user_preferences',
  },
  {
    name: 'UPDATE gives rows away',
    sql: byCommand(`using (tenant_id = ${current}) with check (true)`),
    verdict: 'inserts-foreign',
  },
  {
    name: 'INSERT ... ON CONFLICT is open by USING (true)',
    sql: policies(
      'users',
      `for select ${own.split(' with')[0]}`,
      `for insert with check (tenant_id = ${current})`,
      'for update using (true)',
    ),
    verdict: 'changes-foreign',
  },
  { name: 'policies by command that are right', sql: byCommand(own), verdict: 'pass' },
  {
    name: 'DELETE is open',
    sql: policies('users', `for select using (tenant_id = ${current})`, 'for delete using (true)'),
    verdict: 'changes-foreign',
  },
  {
    name: 'INSERT is open',
    sql: 'create policy any_row on users for insert with check (true)',
    verdict: 'inserts-foreign',
  },
  {
    name: 'a permissive policy opens reading',
    sql: 'create policy any_row on users for select using (true)',
    verdict: 'reads-foreign',
  },
  {
    name: 'a permissive OR: active rows are for all',
    sql: `alter table users add is_active boolean not null default true; create policy active on users for select using (is_active)`,
    verdict: 'reads-foreign',
  },
  {
    name: 'rows of the first of existing tenants are for all',
    sql: `${twoTenants} create policy first on users for select using (tenant_id = '11111111-1111-4111-8111-111111111111')`,
    verdict: 'reads-foreign',
    names: 'rows of tenant A are still read',
  },
  {
    name: 'a restrictive policy closes what a permissive one opens',
    sql: `create policy any_row on users using (true); create policy closed on users as restrictive ${own}`,
    verdict: 'pass',
  },
  {
    name: 'a restrictive policy for SELECT alone',
    sql: `create policy any_row on users using (true); create policy closed on users as restrictive for select using (tenant_id = ${current})`,
    verdict: 'changes-foreign',
  },
  {
    name: 'policies for another role',
    sql: `${policies('users', `to postgres ${own}`)}`,
    verdict: 'own-rows-hidden',
  },
  { name: 'policies for the role itself', sql: policies('users', `to tenant_app ${own}`), verdict: 'pass' },
  { name: 'policies to public', sql: policies('users', `to public ${own}`), verdict: 'pass' },
  {
    name: 'an unset setting shows all',
    sql: policies(
      'users',
      `using (current_setting('app.current_tenant_id', true) is null or tenant_id = ${current})`,
    ),
    verdict: 'shows-without-tenant',
    names: 'unset',
  },
  {
    name: 'an empty setting shows all',
    sql: policies(
      'users',
      `using (coalesce(current_setting('app.current_tenant_id', true), '') = '' or tenant_id = ${current})`,
    ),
    verdict: 'shows-without-tenant',
  },
  {
    name: 'an unset setting lets DELETE through',
    sql: policies(
      'users',
      `for select using (tenant_id = ${current})`,
      `for delete using (current_setting('app.current_tenant_id', true) is null or tenant_id = ${current})`,
    ),
    verdict: 'shows-without-tenant',
  },
  {
    name: 'an unset setting shows all, to SELECT alone',
    sql: `create policy no_tenant on users for select using (current_setting('app.current_tenant_id', true) is null)`,
    verdict: 'shows-without-tenant',
    names: 'with the setting unset there are rows',
  },
  {
    name: 'an empty setting shows all, to SELECT alone, and an unset one nothing',
    sql: `create policy no_tenant on users for select using (current_setting('app.current_tenant_id', true) = '')`,
    verdict: 'shows-without-tenant',
    names: 'with an empty setting there are rows',
  },
  {
    name: 'an empty setting is an error',
    sql: policies('users', "using (tenant_id = current_setting('app.current_tenant_id', true)::uuid)"),
    verdict: 'raises-without-tenant',
  },
  {
    name: 'an unset setting is an error',
    sql: policies('users', "using (tenant_id::text = current_setting('app.current_tenant_id'))"),
    verdict: 'raises-without-tenant',
  },
  { name: 'nothing is shown', sql: policies('users', 'using (false)'), verdict: 'own-rows-hidden' },
  {
    name: 'policies read another setting',
    sql: policies('users', "using (tenant_id::text = current_setting('app.tenant', true))"),
    verdict: 'other-setting',
    names: 'app.tenant',
  },
  {
    name: 'a function reads another setting',
    sql: `create function whose() returns uuid language sql stable as $$ select nullif(current_setting('app.org', true), '')::uuid $$; ${policies('users', 'using (tenant_id = whose())')}`,
    verdict: 'other-setting',
    names: 'app.org',
  },
  {
    name: 'another setting by option',
    sql: `create function whose() returns uuid language sql stable as $$ select nullif(current_setting('app.org', true), '')::uuid $$; ${policies('users', 'using (tenant_id = whose())')}; ${policies('tenants', 'using (id = whose())')}`,
    options: { setting: 'app.org' },
    verdict: 'pass',
  },
  {
    name: 'claims in JSON, as PostgREST sets them',
    sql: ['tenants', 'users']
      .map((table) =>
        policies(
          table,
          `using (${table === 'users' ? 'tenant_id' : 'id'} = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'tenant_id')::uuid)`,
        ),
      )
      .join(';'),
    options: { setting: 'request.jwt.claims', settingForm: '{"tenant_id":"{tenant}"}' },
    verdict: 'pass',
  },
  {
    name: 'claims in JSON, and UPDATE is open',
    sql: `${['tenants', 'users']
      .map((table) =>
        policies(
          table,
          `using (${table === 'users' ? 'tenant_id' : 'id'} = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'tenant_id')::uuid)`,
        ),
      )
      .join(';')}; create policy any_row on users for update using (true)`,
    options: { setting: 'request.jwt.claims', settingForm: '{"tenant_id":"{tenant}"}' },
    verdict: 'changes-foreign',
  },
  {
    name: 'row-level security is off',
    sql: 'alter table users disable row level security',
    verdict: 'not-enabled',
    names: 'users',
  },
  {
    name: 'row-level security is not forced',
    sql: 'alter table users no force row level security',
    verdict: 'not-forced',
  },
  {
    name: 'not forced, and that is allowed',
    sql: 'alter table users no force row level security',
    options: { forced: false },
    verdict: 'pass',
  },
  {
    name: 'a table without policies',
    sql: `create table notes (id serial primary key, tenant_id uuid, body text); grant select on notes to tenant_app`,
    verdict: 'not-enabled',
    names: 'notes',
  },
  {
    name: 'a table without policies and without privileges',
    sql: 'create table notes (id serial primary key, tenant_id uuid, body text)',
    verdict: 'pass',
  },
  {
    name: 'a table with policies',
    sql: `create table notes (id serial primary key, tenant_id uuid not null, body text);${protect('notes')}`,
    verdict: 'pass',
  },
  {
    name: 'a table that is only written to',
    sql: 'create table log (id serial primary key, tenant_id uuid, body text); grant insert on log to tenant_app',
    verdict: 'not-enabled',
  },
  {
    name: 'a grandchild table without policies',
    sql: `create table devices (id serial primary key, preferences_id uuid not null references user_preferences); grant select on devices to tenant_app`,
    verdict: 'not-enabled',
    names: 'devices',
  },
  {
    name: 'rows of all tenants with a null tenant',
    sql: `alter table users alter tenant_id drop not null; ${policies('users', `for select using (tenant_id is null or tenant_id = ${current})`, `for insert with check (tenant_id = ${current})`)}; insert into users (email) values ('shared@x.invalid')`,
    verdict: 'pass',
  },
];

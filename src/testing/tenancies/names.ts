import { protect, type TenancyCase } from './tenancy.ts';

/** Other names, schemas and types of tenants. */
export const tenanciesByName: TenancyCase[] = [
  {
    name: 'tenants and their tables have other names',
    isEmpty: true,
    sql: userTableOf('organizations', 'org_id', 'accounts', 'account_id'),
    options: { tenants: 'organizations', users: 'accounts', preferences: false, tenantColumn: 'org_id' },
    verdict: 'pass',
  },
  {
    name: 'other names, and DELETE is open',
    isEmpty: true,
    sql: `${userTableOf('organizations', 'org_id', 'accounts', 'account_id')} create policy any_row on accounts for delete using (true)`,
    options: { tenants: 'organizations', users: 'accounts', preferences: false, tenantColumn: 'org_id' },
    verdict: 'changes-foreign',
  },
  {
    name: 'the tenants’ table is found by the foreign key',
    isEmpty: true,
    sql: `${userTableOf('organizations', 'tenant_id', 'accounts', 'account_id')} create policy any_row on organizations for select using (true)`,
    verdict: 'reads-foreign',
    names: 'organizations',
  },
  {
    name: 'no table has a tenant',
    isEmpty: true,
    sql: 'create table songs (id int); grant select on songs to tenant_app',
    verdict: 'skip',
  },
  {
    name: 'integer tenants',
    isEmpty: true,
    sql: numbered('integer'),
    verdict: 'pass',
  },
  {
    name: 'integer tenants, and reading is open',
    isEmpty: true,
    sql: `${numbered('bigint')} create policy any_row on users for select using (true)`,
    verdict: 'reads-foreign',
  },
  { name: 'text tenants', isEmpty: true, sql: numbered('text'), verdict: 'pass' },
  {
    name: 'short text tenants, and UPDATE is open',
    isEmpty: true,
    sql: `${numbered('varchar(12)')} create policy any_row on users for update using (true)`,
    verdict: 'changes-foreign',
  },
  {
    name: 'another schema',
    isEmpty: true,
    sql: `create schema app; grant usage on schema app to tenant_app; create table app.tenants (id uuid primary key); create table app.users (id uuid primary key, tenant_id uuid not null references app.tenants);${protect('app.tenants', 'id')}${protect('app.users')}`,
    options: { schema: 'app', preferences: false },
    verdict: 'pass',
  },
  {
    name: 'a table without policies in another schema',
    sql: 'create schema audit; grant usage on schema audit to tenant_app; create table audit.events (id serial, tenant_id uuid); grant select on audit.events to tenant_app',
    verdict: 'not-enabled',
    names: 'audit.events',
  },
  {
    name: 'a table without policies in a schema that is closed',
    sql: 'create schema audit; create table audit.events (id serial, tenant_id uuid); grant select on audit.events to tenant_app',
    verdict: 'pass',
  },
  { name: 'users without a tenant column', isEmpty: true, sql: userTable0(), verdict: 'skip' },
];

function userTableOf(tenants: string, column: string, users: string, id: string): string {
  return `create table ${tenants} (id uuid primary key, name text not null);
    create table ${users} (id uuid primary key, ${column} uuid not null references ${tenants}, email text not null);
    create table sessions (id uuid primary key, ${id} uuid not null references ${users} on delete cascade);
    ${protect(tenants, 'id')}${protect(users, column)}
    grant select on sessions to tenant_app; alter table sessions enable row level security; alter table sessions force row level security;
    create policy own on sessions using (exists (select from ${users} where ${users}.id = ${id}));`;
}

function numbered(type: string): string {
  const value = `nullif(current_setting('app.current_tenant_id', true), '')::${type}`;
  return `create table tenants (id ${type} primary key, name text not null);
    create table users (id bigint generated always as identity primary key, tenant_id ${type} not null references tenants, email text not null unique);
    ${protect('tenants', 'id', value)}${protect('users', 'tenant_id', value)}`;
}

function userTable0(): string {
  return 'create table users (id uuid primary key, email text); grant select on users to tenant_app';
}

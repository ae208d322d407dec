import { current, type TenancyCase, twoTenants } from './tenancy.ts';

const app = 'tenant_app';
const open = (table: string, command: string) =>
  `create policy any_row on ${table} for ${command} using (true)`;

/** What a role reaches besides the tables of the tenants: privileges, parents, views, functions, other roles. */
export const tenanciesByReach: TenancyCase[] = [
  {
    name: 'all privileges are granted',
    sql: `grant all on all tables in schema public to ${app}`,
    verdict: 'privilege-bypasses',
    names: 'TRUNCATE',
  },
  {
    name: 'TRUNCATE alone',
    sql: `grant truncate on user_preferences to ${app}`,
    verdict: 'privilege-bypasses',
    names: 'user_preferences',
  },
  {
    name: 'TRUNCATE, and a trigger refuses it',
    sql: `grant truncate on user_preferences to ${app}; create function no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$; create trigger no before truncate on user_preferences execute function no()`,
    verdict: 'pass',
  },
  {
    name: 'TRIGGER',
    sql: `grant trigger on users to ${app}`,
    verdict: 'privilege-bypasses',
    names: 'TRIGGER',
  },
  {
    name: 'REFERENCES and a schema to create tables in',
    sql: `grant references on users to ${app}; grant create, usage on schema public to ${app}`,
    verdict: 'privilege-bypasses',
    names: 'REFERENCES',
  },
  {
    name: 'REFERENCES and no schema to create tables in',
    sql: `grant references on users to ${app}`,
    verdict: 'pass',
  },
  {
    name: 'tenants are readable',
    sql: open('tenants', 'select'),
    verdict: 'reads-foreign',
    names: 'tenants',
  },
  {
    name: 'tenants have no policies',
    sql: 'alter table tenants disable row level security',
    verdict: 'not-enabled',
    names: 'tenants',
  },
  {
    name: 'tenants are deletable, and users go with them',
    sql: `grant delete on tenants to ${app}; ${open('tenants', 'delete')}`,
    verdict: 'changes-foreign',
    names: 'tenants',
  },
  {
    name: 'tenants can be renamed',
    sql: `grant update (name) on tenants to ${app}; ${open('tenants', 'update')}`,
    verdict: 'changes-foreign',
    names: 'tenants',
  },
  {
    name: 'users are deleted through a parent that is no tenant table',
    sql: `create table plans (id uuid primary key default gen_random_uuid(), tenant_id uuid not null references tenants); grant select, delete on plans to ${app}; alter table plans enable row level security; alter table plans force row level security; create policy own on plans for select using (tenant_id = ${current}); create policy any_row on plans for delete using (true); alter table users add plan_id uuid references plans on delete cascade`,
    verdict: 'changes-foreign',
    names: 'plans',
  },
  {
    name: 'UPDATE of one column, and its policy is open',
    sql: `revoke update on users from ${app}; grant update (email) on users to ${app}; ${open('users', 'update')}`,
    verdict: 'changes-foreign',
    names: 'users',
  },
  {
    name: 'UPDATE of a column that must be unique',
    sql: `revoke update on users from ${app}; grant update (username) on users to ${app}; ${open('users', 'update')};${twoTenants}`,
    verdict: 'changes-foreign',
  },
  {
    name: 'UPDATE of one column, and its policy is right',
    sql: `revoke update on users from ${app}; grant update (email) on users to ${app}`,
    verdict: 'pass',
  },
  {
    name: 'SELECT of some columns, and its policy is open',
    sql: `revoke select on users from ${app}; grant select (id, email) on users to ${app}; ${open('users', 'select')}; drop table user_preferences`,
    options: { preferences: false },
    verdict: 'reads-foreign',
  },
  {
    name: 'SELECT of some columns, and its policy is right',
    sql: `revoke select on users from ${app}; grant select (id, email) on users to ${app}`,
    verdict: 'pass',
  },
  {
    name: 'SELECT of a column whose values both tenants have, and its policy is right',
    sql: `alter table users add locale text not null default 'de'; revoke select on users from ${app}; grant select (locale) on users to ${app}; drop table user_preferences`,
    options: { preferences: false },
    verdict: 'pass',
  },
  {
    name: 'no privilege to delete, and an open policy',
    sql: `revoke delete on users from ${app}; ${open('users', 'delete')}`,
    verdict: 'pass',
  },
  {
    name: 'INSERT of some columns, and its policy is open',
    sql: `revoke insert on users from ${app}; grant insert (id, tenant_id, email) on users to ${app}; create policy any_row on users for insert with check (true)`,
    verdict: 'inserts-foreign',
    names: 'users',
  },
  {
    name: 'REFERENCES of one column and a schema to create tables in',
    sql: `grant references (id) on users to ${app}; grant create, usage on schema public to ${app}`,
    verdict: 'privilege-bypasses',
    names: 'REFERENCES',
  },
  {
    name: 'rows go with those of a user, without policies',
    sql: `create table devices (id serial primary key, keeper uuid references users on delete cascade, label text); grant select on devices to ${app}`,
    verdict: 'not-enabled',
    names: 'devices',
  },
];

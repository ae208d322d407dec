import { current, protect, type TenancyCase, twoTenants } from './tenancy.ts';

const app = 'tenant_app';
const open = (table: string, command: string) =>
  `create policy any_row on ${table} for ${command} using (true)`;

/** Views, functions, rules, partitions. */
export const tenanciesByView: TenancyCase[] = [
  {
    name: 'a view of the superuser',
    sql: `create view people as select * from users; grant select on people to ${app}`,
    verdict: 'reads-foreign',
    names: 'people',
  },
  {
    name: 'a view with security_invoker',
    sql: `create view people with (security_invoker = true) as select * from users; grant select on people to ${app}`,
    verdict: 'pass',
  },
  {
    name: 'a view of the superuser that is not granted',
    sql: 'create view people as select * from users',
    verdict: 'pass',
  },
  {
    name: 'a view over a view',
    sql: `create view inner_people as select id, email from users; create view people with (security_invoker = false) as select email from inner_people; grant select on people to ${app}`,
    verdict: 'reads-foreign',
    names: 'people',
  },
  {
    name: 'a view that filters by the setting',
    sql: `create view people as select * from users where tenant_id = ${current}; grant select on people to ${app}`,
    verdict: 'pass',
  },
  {
    name: 'a view that aggregates JSON',
    sql: `create view people as select json_agg(email) as emails from users; grant select on people to ${app}`,
    verdict: 'reads-foreign',
    names: 'people',
  },
  {
    name: 'a view that can be written to',
    sql: `create view people as select id, tenant_id, email from users where tenant_id = ${current}; grant insert on people to ${app}`,
    verdict: 'inserts-foreign',
    names: 'people',
  },
  {
    name: 'a view through which rows are deleted',
    sql: `create view people as select id from users; grant delete on people to ${app}`,
    verdict: 'changes-foreign',
    names: 'people',
  },
  {
    name: 'a materialized view',
    sql: `create materialized view people as select tenant_id, email from users; grant select on people to ${app}`,
    verdict: 'reads-foreign',
    names: 'people',
  },
  {
    name: 'a materialized view of existing tenants',
    sql: `${twoTenants} create materialized view people as select email from users; grant select on people to ${app}`,
    verdict: 'reads-foreign',
    names: 'people',
  },
  {
    name: 'a materialized view of numbers',
    sql: `create materialized view totals as select count(*) from users; grant select on totals to ${app}`,
    verdict: 'pass',
  },
  {
    name: 'a function of the superuser that returns users',
    sql: 'create function everyone() returns setof users language sql security definer as $$ select * from users $$',
    verdict: 'reads-foreign',
    names: 'everyone()',
  },
  {
    name: 'a function of the superuser that returns a user',
    sql: 'create function find_user(p_email text) returns users language sql security definer as $$ select * from users where email = p_email $$',
    verdict: 'reads-foreign',
    names: 'find_user',
  },
  {
    name: 'a function that returns the users of a tenant',
    sql: 'create function users_of(tenant uuid) returns table (mail text) language plpgsql security definer as $$ begin return query select email from users where tenant_id = tenant; end $$',
    verdict: 'reads-foreign',
    names: 'users_of',
  },
  {
    name: 'a function that deletes a user',
    sql: 'create function remove_user(uuid) returns void language sql security definer as $$ delete from users where id = $1 $$',
    verdict: 'changes-foreign',
    names: 'remove_user',
  },
  {
    name: 'a procedure that deletes a user',
    sql: 'create procedure remove_user(p_user_id uuid) language sql security definer as $$ delete from users where id = p_user_id $$',
    verdict: 'changes-foreign',
    names: 'remove_user',
  },
  {
    name: 'a function with the rights of its caller',
    sql: 'create function everyone() returns setof users language sql as $$ select * from users $$',
    verdict: 'pass',
  },
  {
    name: 'a function that may not be called',
    sql: 'create function everyone() returns setof users language sql security definer as $$ select * from users $$; revoke execute on function everyone() from public',
    verdict: 'pass',
  },
  {
    name: 'a function that filters by the setting',
    sql: `create function mine() returns setof users language sql security definer as $$ select * from users where tenant_id = ${current} $$`,
    verdict: 'pass',
  },
  {
    name: 'a function that crosses tenants on purpose',
    sql: 'create function find_login(p_email text) returns users language sql security definer as $$ select * from users where email = p_email $$',
    options: { trusted: ['find_login'] },
    verdict: 'pass',
  },
  {
    name: 'a LEAKPROOF function that raises',
    sql: "create function spy(text) returns boolean language plpgsql leakproof cost 0.001 as $$ begin raise notice '%', $1; return true; end $$",
    verdict: 'reads-foreign',
    names: 'spy',
  },
  {
    name: 'a rule copies users into an open table',
    sql: `create table copies (id uuid, tenant_id uuid, email text); create rule copy as on insert to users do also insert into copies values (new.id, new.tenant_id, new.email); grant select, insert on copies to ${app}`,
    verdict: 'not-enabled',
    names: 'copies',
  },
  {
    name: 'a rule deletes users',
    sql: `create table commands (what text); create rule purge as on insert to commands do also delete from users; grant insert on commands to ${app}`,
    verdict: 'changes-foreign',
    names: 'commands',
  },
  {
    name: 'a trigger function of the superuser deletes users',
    sql: `create table commands (what text); create function purge() returns trigger language plpgsql security definer as $$ begin delete from users; return new; end $$; create trigger purge after insert on commands for each row execute function purge(); grant insert on commands to ${app}`,
    verdict: 'changes-foreign',
    names: 'commands',
  },
  {
    name: 'a partition without policies',
    sql: `create table events (id uuid not null, tenant_id uuid not null) partition by hash (tenant_id); create table events_0 partition of events for values with (modulus 1, remainder 0);${protect('events')} grant select on events_0 to ${app}`,
    verdict: 'not-enabled',
    names: 'events_0',
  },
  {
    name: 'partitions that are reached through the parent alone',
    sql: `create table events (id uuid not null, tenant_id uuid not null) partition by hash (tenant_id); create table events_0 partition of events for values with (modulus 2, remainder 0); create table events_1 partition of events for values with (modulus 2, remainder 1);${protect('events')}`,
    verdict: 'pass',
  },
  {
    name: 'a partition with an open policy',
    sql: `create table events (id uuid not null, tenant_id uuid not null) partition by hash (tenant_id); create table events_0 partition of events for values with (modulus 1, remainder 0);${protect('events')}${protect('events_0')} ${open('events_0', 'select')}`,
    verdict: 'reads-foreign',
    names: 'events_0',
  },
  {
    name: 'an inheritance child without policies',
    sql: `create table archived () inherits (users); grant select on archived to ${app}`,
    verdict: 'not-enabled',
    names: 'archived',
  },
  {
    name: 'a partitioned table with an open policy',
    sql: `create table events (id uuid not null, tenant_id uuid not null) partition by hash (tenant_id); create table events_0 partition of events for values with (modulus 1, remainder 0);${protect('events')} ${open('events', 'select')}`,
    verdict: 'reads-foreign',
    names: 'events',
  },
  {
    name: 'a foreign table with rows of existing tenants',
    sql: `${twoTenants} create table remote_rows as select tenant_id, email from users; create extension postgres_fdw; do $$ begin execute format('create server loop foreign data wrapper postgres_fdw options (host ''127.0.0.1'', port %L, dbname %L)', current_setting('port'), current_database()); end $$; create user mapping for public server loop options (user 'postgres', password 'test-password-1'); create foreign table songs_elsewhere (tenant_id uuid, email text) server loop options (schema_name 'public', table_name 'remote_rows'); grant select on songs_elsewhere to ${app}`,
    verdict: 'reads-foreign',
    names: 'songs_elsewhere',
  },
  {
    name: 'a table and a function of an extension',
    sql: 'create extension citext; create table notes (id serial, tenant_id uuid); grant select on notes to tenant_app; create function everyone() returns setof users language sql security definer as $$ select * from users $$; alter extension citext add table notes; alter extension citext add function everyone()',
    verdict: 'pass',
  },
  {
    name: 'a function whose argument has a default',
    sql: "create function everyone(place point default '(0,0)') returns setof users language sql security definer as $$ select * from users $$",
    verdict: 'reads-foreign',
    names: 'everyone',
  },
];

import { current, policies, protect, type TenancyCase } from './tenancy.ts';

const trigger = (body: string, events = 'insert or update') =>
  `create function guard() returns trigger language plpgsql as $$ begin ${body} return new; end $$; create trigger guard before ${events} on users for each row execute function guard();`;
const users = (columns: string, before = '') =>
  `drop table user_preferences, users; ${before} create table users (id uuid primary key default gen_random_uuid(), tenant_id uuid not null references tenants, email text not null unique, ${columns});${protect('users')}`;
const without = { preferences: false };

/** Schemas in which rows are hard to make, or statements do not do what they seem to. */
export const tenanciesByRow: TenancyCase[] = [
  {
    name: 'foreign keys without ON DELETE',
    sql: `alter table user_preferences drop constraint user_preferences_user_id_fkey, add foreign key (user_id) references users; alter table users drop constraint users_tenant_id_fkey, add foreign key (tenant_id) references tenants`,
    verdict: 'pass',
  },
  {
    name: 'foreign keys without ON DELETE, and DELETE is open',
    sql: `alter table user_preferences drop constraint user_preferences_user_id_fkey, add foreign key (user_id) references users; create policy any_row on users for delete using (true); create policy any_row on user_preferences for delete using (true)`,
    verdict: 'changes-foreign',
  },
  {
    name: 'a trigger keeps the tenant',
    sql: trigger("if tg_op = 'UPDATE' then new.tenant_id := old.tenant_id; end if;"),
    verdict: 'pass',
  },
  {
    name: 'a trigger refuses another tenant',
    sql: trigger("if tg_op = 'UPDATE' and new.tenant_id <> old.tenant_id then raise exception 'no'; end if;"),
    verdict: 'pass',
  },
  {
    name: 'a trigger sets the tenant, and the policy for INSERT is open',
    sql: `${trigger(`new.tenant_id := coalesce(${current}, new.tenant_id);`, 'insert')} create policy any_row on users for insert with check (true)`,
    options: {},
    verdict: 'shows-without-tenant',
  },
  {
    name: 'a trigger always sets the tenant, and the policy for INSERT is open',
    sql: `${trigger(`new.tenant_id := ${current};`, 'insert')} create policy any_row on users for insert with check (true)`,
    verdict: 'pass',
  },
  {
    name: 'a trigger keeps the tenant, and the policy for UPDATE is open',
    sql: `${trigger('new.tenant_id := old.tenant_id;', 'update')} create policy any_row on users for update using (true)`,
    verdict: 'changes-foreign',
  },
  {
    name: 'a sign-up trigger inserts the preferences',
    sql: 'create function welcome() returns trigger language plpgsql as $$ begin insert into user_preferences (user_id) values (new.id); return new; end $$; create trigger welcome after insert on users for each row execute function welcome()',
    verdict: 'pass',
  },
  {
    name: 'preferences name their tenant as well',
    sql: `alter table user_preferences add tenant_id uuid not null references tenants; ${policies('user_preferences', `using (tenant_id = ${current})`)}`,
    verdict: 'pass',
  },
  {
    name: 'preferences name their tenant as well, and it can be changed',
    sql: `alter table user_preferences add tenant_id uuid not null references tenants; ${policies('user_preferences', `using (tenant_id = ${current}) with check (true)`)}`,
    verdict: 'inserts-foreign',
    names: 'user_preferences',
  },
  {
    name: 'a composite foreign key',
    sql: `alter table users add unique (tenant_id, id); alter table user_preferences add tenant_id uuid not null, drop constraint user_preferences_user_id_fkey, add foreign key (tenant_id, user_id) references users (tenant_id, id); ${policies('user_preferences', `using (tenant_id = ${current})`)}`,
    verdict: 'pass',
  },
  {
    name: 'a foreign key to a third table',
    sql: users(
      'plan_id integer not null references plans',
      'create table plans (id serial primary key, label text not null);',
    ),
    options: without,
    verdict: 'pass',
  },
  {
    name: 'a foreign key to a third table, and reading is open',
    sql: `${users('plan_id integer not null references plans', "create table plans (id serial primary key, label text not null); insert into plans (label) values ('basic');")} create policy any_row on users for select using (true)`,
    options: without,
    verdict: 'reads-foreign',
  },
  {
    name: 'inet, array, range, interval, bytea and domain columns',
    sql: users(
      'ip inet not null, tags text[] not null, during tstzrange not null, pause interval not null, avatar bytea not null, price positive not null',
      'create domain positive as numeric check (value > 0);',
    ),
    options: without,
    verdict: 'pass',
  },
  {
    name: 'such columns, and UPDATE is open',
    sql: `${users('ip inet not null, tags text[] not null, price positive not null', 'create domain positive as numeric check (value > 3);')} create policy any_row on users for update using (true)`,
    options: without,
    verdict: 'changes-foreign',
  },
  {
    name: 'check constraints',
    sql: users(
      "status text not null check (status in ('active', 'left')), code text not null check (code ~ '^[a-z]+$'), age int not null check (age between 18 and 130)",
    ),
    options: without,
    verdict: 'pass',
  },
  {
    name: 'enums, generated columns and identities',
    sql: users(
      'mood mood not null, number bigint generated always as identity, shout text generated always as (upper(email)) stored',
      "create type mood as enum ('glad', 'sad');",
    ),
    options: without,
    verdict: 'pass',
  },
  {
    name: 'a check that no value fits',
    sql: users("code text not null check (code ~ '^[0-9]{3}-[0-9]{3}$')"),
    options: without,
    verdict: 'skip',
    names: 'code',
  },
  {
    name: 'a check that an option fits',
    sql: users("code text not null check (code ~ '^[0-9]{3}-[0-9]{3}$')"),
    options: { ...without, values: { users: { code: '123-456' } } },
    verdict: 'pass',
  },
  {
    name: 'a check that an option fits, and INSERT is open',
    sql: `${users("code text not null check (code ~ '^[0-9]{3}-[0-9]{3}$')")} create policy any_row on users for insert with check (true)`,
    options: { ...without, values: { users: { code: '123-456' } } },
    verdict: 'inserts-foreign',
  },
  {
    name: 'a deferred constraint refuses',
    sql: "alter table users add tenant_copy uuid; create function same() returns trigger language plpgsql as $$ begin if exists (select from users where tenant_copy is not null) then raise exception 'no'; end if; return null; end $$; create constraint trigger same after insert or update on users deferrable initially deferred for each row execute function same()",
    verdict: 'pass',
  },
  {
    name: 'sequences that the role may not use',
    sql: users('number serial'),
    options: without,
    verdict: 'pass',
  },
  {
    name: 'columns are null in every row',
    sql: users('score numeric, seen date'),
    options: without,
    verdict: 'pass',
  },
  {
    name: 'domains that are short, not null, or have a default',
    sql: users(
      "code short_code not null, label needed, kind fitting not null, grade text not null default 'A-1' check (grade ~ '^[A-Z]-[0-9]$')",
      "create domain short_code as varchar(8); create domain needed as text not null; create domain fitting as text default 'a-1' check (value ~ '^[a-z]-[0-9]$');",
    ),
    options: without,
    verdict: 'pass',
  },
  {
    name: 'a generated column, and INSERT is open',
    sql: `${users('shout text generated always as (upper(email)) stored')} create policy any_row on users for insert with check (true)`,
    options: without,
    verdict: 'inserts-foreign',
  },
  {
    name: 'a deferred constraint refuses what the policy for UPDATE lets through',
    sql: `create policy any_row on users for update using (true); create function own() returns trigger language plpgsql as $$ begin if old.tenant_id is distinct from ${current} or new.tenant_id <> old.tenant_id then raise exception 'no'; end if; return null; end $$; create constraint trigger own after update on users deferrable initially deferred for each row execute function own()`,
    verdict: 'pass',
  },
  {
    name: 'UPDATE of an identity and of a unique column is open',
    sql: 'alter table users add number int generated always as identity; revoke update on users from tenant_app; grant update (number, email) on users to tenant_app; create policy any_row on users for update using (true)',
    verdict: 'changes-foreign',
    names: 'users',
  },
];

/** Foundational tables with keys that serve and keys that do not, each with its true verdict of `database/tables-present`. */
export interface KeysCase {
  name: string;
  sql: string;
  verdict: string;
}

const users = 'alter table users drop constraint users_tenant_id_fkey';
const preferences = 'alter table user_preferences drop constraint user_preferences_user_id_fkey';
const email = 'alter table users drop constraint users_email_key';
const wide = `${preferences}, add tenant_id uuid not null; alter table users add unique (tenant_id, id); alter table user_preferences add foreign key (tenant_id, user_id) references users (tenant_id, id)`;

export const keysCases: readonly KeysCase[] = [
  { name: 'the foundational tables', sql: '', verdict: 'pass' },
  { name: 'a composite foreign key', sql: wide, verdict: 'pass' },
  {
    name: 'a composite foreign key with a composite unique key',
    sql: `${wide}; alter table user_preferences drop constraint user_preferences_user_id_key, add unique (tenant_id, user_id)`,
    verdict: 'pass',
  },
  {
    name: 'a composite foreign key that a null switches off',
    sql: `${wide}; alter table user_preferences alter tenant_id drop not null`,
    verdict: 'key-missing',
  },
  {
    name: 'an expression is part of the unique key',
    sql: `${email}; alter table users add deleted_at timestamptz; create unique index on users (email, coalesce(deleted_at, 'infinity'))`,
    verdict: 'key-missing',
  },
  {
    name: 'unique without regard to case',
    sql: `${email}; create unique index on users (lower(email))`,
    verdict: 'pass',
  },
  {
    name: 'unique in an expression that may be null',
    sql: `${email}; create unique index on users (nullif(email, ''))`,
    verdict: 'key-missing',
  },
  {
    name: 'unique among some rows',
    sql: `${email}; create unique index on users (email) where is_active`,
    verdict: 'key-missing',
  },
  {
    name: 'unique with an included column',
    sql: `${email}; create unique index on users (email) include (username)`,
    verdict: 'pass',
  },
  {
    name: 'a foreign key that is not valid',
    sql: `${users}; insert into users (tenant_id, clerk_user_id, email) values (gen_random_uuid(), 'x', 'x'); alter table users add foreign key (tenant_id) references tenants not valid`,
    verdict: 'key-missing',
  },
  {
    name: 'a foreign key whose triggers are disabled',
    sql: 'alter table users disable trigger all',
    verdict: 'key-missing',
  },
  {
    name: 'a foreign key to a table of the same name in another schema',
    sql: `create schema archive; create table archive.tenants (id uuid primary key); ${users}, add foreign key (tenant_id) references archive.tenants`,
    verdict: 'key-missing',
  },
  { name: 'no index on a foreign key', sql: 'drop index users_tenant_id_idx', verdict: 'index-missing' },
  {
    name: 'an index that begins with another column',
    sql: 'drop index users_tenant_id_idx; create index on users (email, tenant_id)',
    verdict: 'index-missing',
  },
];

export const foundation = `
  create table tenants (
    id uuid primary key default gen_random_uuid(), name text not null, display_name text, slug text not null unique,
    description text, is_active boolean not null default true, is_trial boolean not null default false,
    trial_ends_at timestamptz, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
  create table users (
    id uuid primary key default gen_random_uuid(), tenant_id uuid not null references tenants on delete cascade,
    clerk_user_id text not null unique, email text not null unique, username text unique, first_name text, last_name text,
    is_active boolean not null default true, email_verified boolean not null default false, last_login_at timestamptz,
    created_at timestamptz not null default now(), updated_at timestamptz not null default now());
  create index users_tenant_id_idx on users (tenant_id);
  create table user_preferences (
    id uuid primary key default gen_random_uuid(), user_id uuid not null unique references users on delete cascade,
    preferences jsonb not null default '{}', created_at timestamptz not null default now(),
    updated_at timestamptz not null default now());`;

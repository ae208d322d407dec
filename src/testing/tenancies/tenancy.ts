/** A database whose tenancy holds or does not, as changes to the schema of `baseTenancy`. */
export interface TenancyCase {
  name: string;
  sql: string;
  /** The true verdict: `pass`, `skip`, or the code of the failure. */
  verdict: string;
  /** Part of the failure's text: what is at fault. */
  names?: string;
  options?: Record<string, unknown>;
  /** Role that is taken with SET LOCAL ROLE. Default: tenant_app. */
  role?: string;
  /** Role with the password `pw`, which has a connection of its own. */
  login?: string;
  /** Role with the password `pw` that inspects. Default: the superuser. */
  inspector?: string;
  /** Without the tables of `baseTenancy`. */
  isEmpty?: boolean;
}

export const current = "nullif(current_setting('app.current_tenant_id', true), '')::uuid";

/** Returns the statements that give a table policies by its tenant, and the role its privileges. */
export function protect(table: string, column = 'tenant_id', value = current, role = 'tenant_app'): string {
  return `
    grant select, insert, update, delete on ${table} to ${role};
    create policy own on ${table} using (${column} = ${value}) with check (${column} = ${value});
    alter table ${table} enable row level security;
    alter table ${table} force row level security;`;
}

/** Returns the statements that replace the policies of a table. */
export function policies(table: string, ...created: string[]): string {
  return [
    `drop policy own on ${table}`,
    ...created.map((each, index) => `create policy p${index} on ${table} ${each}`),
  ].join('; ');
}

/** Three policies that are right, and one for UPDATE. */
export const byCommand = (update: string) =>
  policies(
    'users',
    `for select using (tenant_id = ${current})`,
    `for insert with check (tenant_id = ${current})`,
    `for delete using (tenant_id = ${current})`,
    `for update ${update}`,
  );

/** Two tenants with a user each. */
export const twoTenants = `
  insert into tenants (id, name, slug) values ('11111111-1111-4111-8111-111111111111', 'one', 'one'), ('22222222-2222-4222-8222-222222222222', 'two', 'two');
  insert into users (tenant_id, email) select id, slug || '@tenant.invalid' from tenants;
  insert into user_preferences (user_id) select id from users;`;

export const baseTenancy = `
  create table tenants (
    id uuid primary key default gen_random_uuid(), name text not null, slug text not null unique,
    created_at timestamptz not null default now(), updated_at timestamptz not null default now());
  create table users (
    id uuid primary key default gen_random_uuid(), tenant_id uuid not null references tenants on delete cascade,
    email text not null unique, username text unique, updated_at timestamptz not null default now());
  create index on users (tenant_id);
  create table user_preferences (
    id uuid primary key default gen_random_uuid(), user_id uuid not null unique references users on delete cascade,
    preferences jsonb not null default '{}', updated_at timestamptz not null default now());
  ${protect('tenants', 'id')}
  revoke update, delete on tenants from tenant_app;
  ${protect('users')}
  grant select, insert, update, delete on user_preferences to tenant_app;
  create policy own on user_preferences using (exists (select from users where users.id = user_preferences.user_id));
  alter table user_preferences enable row level security;
  alter table user_preferences force row level security;`;

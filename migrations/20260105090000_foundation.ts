import { type Kysely, sql } from 'kysely';

/**
 * Phase 2, foundation: tenants, their users, and the users' preferences; every later phase builds on these three.
 *
 * Rows belong to a tenant. The application says for whom it speaks, at the beginning of each transaction:
 *
 *     set local role meatymusic_app;
 *     select set_config('app.current_tenant_id', '…', true);
 *
 * Row-level security does the rest. FORCE puts the owner of the tables under the policies as well; superusers and roles
 * with BYPASSRLS stay above them, which is why the application has a role of its own.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create extension if not exists vector`.execute(db);

  await db.schema
    .createTable('tenants')
    .addColumn('id', 'uuid', (column) => column.primaryKey().defaultTo(sql`gen_random_uuid()`))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('display_name', 'text')
    .addColumn('slug', 'text', (column) => column.notNull().unique())
    .addColumn('description', 'text')
    .addColumn('is_active', 'boolean', (column) => column.notNull().defaultTo(true))
    .addColumn('is_trial', 'boolean', (column) => column.notNull().defaultTo(false))
    .addColumn('trial_ends_at', 'timestamptz')
    .addColumn('created_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .execute();

  await db.schema
    .createTable('users')
    .addColumn('id', 'uuid', (column) => column.primaryKey().defaultTo(sql`gen_random_uuid()`))
    .addColumn('tenant_id', 'uuid', (column) => column.notNull().references('tenants.id').onDelete('cascade'))
    .addColumn('clerk_user_id', 'text', (column) => column.notNull().unique())
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('username', 'text', (column) => column.unique())
    .addColumn('first_name', 'text')
    .addColumn('last_name', 'text')
    .addColumn('is_active', 'boolean', (column) => column.notNull().defaultTo(true))
    .addColumn('email_verified', 'boolean', (column) => column.notNull().defaultTo(false))
    .addColumn('last_login_at', 'timestamptz')
    .addColumn('created_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .execute();
  // PostgreSQL indexes what a foreign key points at, and never the column that points.
  await db.schema.createIndex('users_tenant_id_idx').on('users').column('tenant_id').execute();

  // The unique constraint on user_id is also the index of its foreign key.
  await db.schema
    .createTable('user_preferences')
    .addColumn('id', 'uuid', (column) => column.primaryKey().defaultTo(sql`gen_random_uuid()`))
    .addColumn('user_id', 'uuid', (column) =>
      column.notNull().unique().references('users.id').onDelete('cascade'),
    )
    .addColumn('preferences', 'jsonb', (column) => column.notNull().defaultTo(sql`'{}'::jsonb`))
    .addColumn('created_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .execute();

  await createApplicationRole(db);
  // A tenant appears with its first user, and is changed and removed by its operators alone.
  await sql`grant select, insert on tenants to meatymusic_app`.execute(db);
  await sql`grant select, insert, update, delete on users, user_preferences to meatymusic_app`.execute(db);

  await createTenantPolicies(db);
}

/** The role stays: it belongs to the whole cluster, and other databases may use it. What it may do here ends. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('user_preferences').execute();
  await db.schema.dropTable('users').execute();
  await db.schema.dropTable('tenants').execute();
  await sql`drop extension if exists vector`.execute(db);
}

/** Roles are shared by all databases of a cluster: it may be there already, or be made by another migrator right now. */
async function createApplicationRole(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
    begin
      if not exists (select from pg_roles where rolname = 'meatymusic_app') then
        create role meatymusic_app nologin nosuperuser nobypassrls;
      end if;
    exception when duplicate_object or unique_violation then
      null;
    end
    $$`.execute(db);
  // The owner of the tables may take the role; a superuser can anyway. From PostgreSQL 16 on, who creates a role may
  // administer it and not take it.
  await sql`
    do $$
    declare
      privilege text := case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end;
    begin
      if not pg_has_role(current_user, 'meatymusic_app', privilege) then
        execute format('grant meatymusic_app to %I', current_user);
      end if;
    end
    $$`.execute(db);
}

/** A setting that is missing or empty becomes null, and null equals no tenant: no rows, and no error. */
async function createTenantPolicies(db: Kysely<unknown>): Promise<void> {
  const currentTenant = sql`nullif(current_setting('app.current_tenant_id', true), '')::uuid`;
  const visible = {
    tenants: sql`id = ${currentTenant}`,
    users: sql`tenant_id = ${currentTenant}`,
    // The subquery is itself under the policy of users: a preference is seen by those who see its user.
    user_preferences: sql`exists (select from users where users.id = user_preferences.user_id)`,
  };
  for (const [name, condition] of Object.entries(visible)) {
    const table = sql.table(name);
    await sql`create policy tenant_isolation on ${table} using (${condition}) with check (${condition})`.execute(
      db,
    );
    await sql`alter table ${table} enable row level security`.execute(db);
    await sql`alter table ${table} force row level security`.execute(db);
  }
}

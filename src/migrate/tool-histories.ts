/** The table in which a migration tool keeps what it has applied. */
export interface ToolHistory {
  tool: string;
  /** Name of the table in lower case, in any schema. */
  table: string;
  /** Columns that the table must have; they distinguish tools that use the same name. */
  columns: readonly string[];
  /** A second table in the same schema, where the columns alone are ambiguous. */
  beside?: string;
  /** Selects `head`, the newest migration that is applied; `$T` is the table. */
  head: string;
  /** Command that ends with another code than 0 while a migration is pending. */
  check?: string;
}

const newest = (expression: string, orderBy: string, where = 'true') =>
  `select (${expression})::text as head from $T where ${where} order by ${orderBy} desc limit 1`;

/** The first entry that fits a table names its tool. */
export const toolHistories: readonly ToolHistory[] = [
  {
    tool: 'Alembic',
    table: 'alembic_version',
    columns: ['version_num'],
    head: "select string_agg(version_num::text, ', ' order by version_num) as head from $T",
    check: 'alembic current --check-heads',
  },
  {
    tool: 'Flyway',
    table: 'flyway_schema_history',
    columns: ['installed_rank', 'version', 'success'],
    head: newest('coalesce(version, description)', 'installed_rank', 'success'),
    check: 'flyway validate',
  },
  {
    tool: 'Prisma Migrate',
    table: '_prisma_migrations',
    columns: ['migration_name', 'finished_at', 'rolled_back_at'],
    head: newest('migration_name', 'finished_at', 'finished_at is not null and rolled_back_at is null'),
    check: 'prisma migrate status',
  },
  {
    tool: 'Knex',
    table: 'knex_migrations',
    columns: ['id', 'name', 'batch'],
    head: newest('name', 'id'),
  },
  {
    tool: 'Django',
    table: 'django_migrations',
    columns: ['id', 'app', 'name', 'applied'],
    head: newest("app || '.' || name", 'id'),
    check: 'python manage.py migrate --check',
  },
  {
    tool: 'golang-migrate',
    table: 'schema_migrations',
    columns: ['version', 'dirty'],
    head: newest("version || case when dirty then ' (dirty)' else '' end", 'version'),
  },
  {
    tool: 'Ecto',
    table: 'schema_migrations',
    columns: ['version', 'inserted_at'],
    head: newest('version', 'version'),
  },
  {
    tool: 'the Supabase CLI',
    table: 'schema_migrations',
    columns: ['version', 'statements'],
    head: newest('version', 'version'),
  },
  {
    tool: 'Rails',
    table: 'schema_migrations',
    columns: ['version'],
    beside: 'ar_internal_metadata',
    head: newest('version', 'version'),
    check: 'bin/rails db:abort_if_pending_migrations',
  },
  {
    tool: 'dbmate',
    table: 'schema_migrations',
    columns: ['version'],
    head: newest('version', 'version'),
    check: 'dbmate status --exit-code',
  },
  {
    tool: 'goose',
    table: 'goose_db_version',
    columns: ['id', 'version_id', 'is_applied'],
    head: newest('version_id', 'id', 'is_applied'),
  },
  {
    tool: 'Drizzle',
    table: '__drizzle_migrations',
    columns: ['hash', 'created_at'],
    head: newest('hash', 'created_at'),
  },
  {
    tool: 'node-pg-migrate',
    table: 'pgmigrations',
    columns: ['id', 'name', 'run_on'],
    head: newest('name', 'id'),
  },
  {
    tool: 'Atlas',
    table: 'atlas_schema_revisions',
    columns: ['version', 'executed_at'],
    head: newest('version', 'executed_at', "version <> '.atlas_cloud_identifier'"),
  },
  { tool: 'Sequelize', table: 'sequelizemeta', columns: ['name'], head: newest('name', 'name') },
  {
    tool: 'TypeORM',
    table: 'migrations',
    columns: ['id', 'timestamp', 'name'],
    head: newest('name', '"timestamp"'),
  },
  { tool: 'Laravel', table: 'migrations', columns: ['migration', 'batch'], head: newest('migration', 'id') },
  { tool: 'db-migrate', table: 'migrations', columns: ['name', 'run_on'], head: newest('name', 'run_on') },
  {
    tool: 'Graphile Migrate',
    table: 'migrations',
    columns: ['hash', 'previous_hash', 'filename'],
    head: newest('filename', 'filename'),
  },
  {
    tool: 'Liquibase',
    table: 'databasechangelog',
    columns: ['id', 'author', 'orderexecuted'],
    head: newest('id', 'orderexecuted'),
  },
  {
    tool: 'SQLx',
    table: '_sqlx_migrations',
    columns: ['version', 'success'],
    head: newest('version', 'version', 'success'),
  },
  {
    tool: 'Entity Framework',
    table: '__efmigrationshistory',
    columns: ['MigrationId'],
    head: newest('"MigrationId"', '"MigrationId"'),
  },
  {
    tool: 'FluentMigrator',
    table: 'versioninfo',
    columns: ['Version', 'AppliedOn'],
    head: newest('"Version"', '"Version"'),
  },
  {
    tool: 'Diesel',
    table: '__diesel_schema_migrations',
    columns: ['version', 'run_on'],
    head: newest('version', 'version'),
  },
  {
    tool: 'SeaORM',
    table: 'seaql_migrations',
    columns: ['version', 'applied_at'],
    head: newest('version', 'version'),
  },
  {
    tool: 'Refinery',
    table: 'refinery_schema_history',
    columns: ['version', 'name'],
    head: newest('name', 'version'),
  },
  {
    tool: 'MikroORM',
    table: 'mikro_orm_migrations',
    columns: ['name', 'executed_at'],
    head: newest('name', 'id'),
  },
  {
    tool: 'Doctrine',
    table: 'doctrine_migration_versions',
    columns: ['version', 'executed_at'],
    head: newest('version', 'version'),
  },
  {
    tool: 'Phinx',
    table: 'phinxlog',
    columns: ['version', 'migration_name'],
    head: newest('migration_name', 'version'),
  },
  { tool: 'Aerich', table: 'aerich', columns: ['version', 'app'], head: newest('version', 'id') },
  {
    tool: 'yoyo',
    table: '_yoyo_migration',
    columns: ['migration_id', 'applied_at_utc'],
    head: newest('migration_id', 'applied_at_utc'),
  },
  {
    tool: 'Sqitch',
    table: 'changes',
    columns: ['change_id', 'change', 'project', 'committed_at'],
    head: newest('change', 'committed_at'),
  },
  { tool: 'AdonisJS', table: 'adonis_schema', columns: ['name', 'batch'], head: newest('name', 'id') },
  { tool: 'Payload', table: 'payload_migrations', columns: ['name', 'batch'], head: newest('name', 'id') },
  {
    tool: 'Flyway',
    table: 'schema_version',
    columns: ['installed_rank', 'version', 'success'],
    head: newest('coalesce(version, description)', 'installed_rank', 'success'),
  },
  { tool: 'Tern', table: 'schema_version', columns: ['version'], head: newest('version', 'version') },
  {
    tool: 'Postgrator',
    table: 'schemaversion',
    columns: ['version', 'md5'],
    head: newest('version', 'version'),
  },
];

/** Tables of a component for its own schema, independent of the tool that migrates the database. */
export const componentTables: readonly string[] = [
  'auth.schema_migrations',
  'storage.migrations',
  'realtime.schema_migrations',
  '_realtime.schema_migrations',
  '_analytics.schema_migrations',
  'supabase_functions.migrations',
  'graphile_worker.migrations',
];

import { current, policies, type TenancyCase } from './tenancy.ts';

const open = (table: string, command: string) =>
  `create policy any_row on ${table} for ${command} using (true)`;
const role = (name: string, attributes = '') =>
  `create role ${name} ${attributes}; grant select, insert, update, delete on all tables in schema public to ${name};`;

/** Roles of the application. */
export const tenanciesByRole: TenancyCase[] = [
  {
    name: 'the role is the superuser',
    sql: '',
    role: 'postgres',
    verdict: 'bypasses-policies',
    names: 'superuser',
  },
  {
    name: 'the role has BYPASSRLS',
    sql: role('app_bypass', 'bypassrls'),
    role: 'app_bypass',
    verdict: 'bypasses-policies',
  },
  {
    name: 'the role may become one with BYPASSRLS',
    sql: `${role('app_above', 'noinherit')} create role above bypassrls; grant above to app_above`,
    role: 'app_above',
    verdict: 'bypasses-policies',
    names: 'above',
  },
  {
    name: 'the role may become the owner',
    sql: `${role('app_member', 'noinherit')} create role keeper; alter table users owner to keeper; grant keeper to app_member`,
    role: 'app_member',
    verdict: 'bypasses-policies',
    names: 'keeper',
  },
  {
    name: 'the role owns a table',
    sql: `${role('app_owner')} alter table users owner to app_owner`,
    role: 'app_owner',
    verdict: 'bypasses-policies',
    names: 'owns users',
  },
  {
    name: 'the role owns the schema',
    sql: `${role('app_schema')} alter schema public owner to app_schema`,
    role: 'app_schema',
    verdict: 'bypasses-policies',
    names: 'schema',
  },
  {
    name: 'the role owns a function of the policies',
    sql: `${role('app_author')} create function whose() returns uuid language sql stable as $$ select ${current} $$; alter function whose() owner to app_author; ${policies('users', 'using (tenant_id = whose())')}`,
    role: 'app_author',
    verdict: 'bypasses-policies',
    names: 'whose',
  },
  {
    name: 'the role may become one for which an open policy is',
    sql: `${role('app_plain', 'noinherit')} ${role('support')} grant support to app_plain; create policy support on users for select to support using (true)`,
    role: 'app_plain',
    verdict: 'reads-foreign',
    names: 'support',
  },
  {
    name: 'the role has CREATEROLE',
    sql: role('app_maker', 'createrole'),
    role: 'app_maker',
    verdict: 'bypasses-policies',
  },
  {
    name: 'the role may run programs',
    sql: `${role('app_shell')} grant pg_execute_server_program to app_shell`,
    role: 'app_shell',
    verdict: 'bypasses-policies',
  },
  {
    name: 'the role may read files, if it becomes another',
    sql: `${role('app_reader', 'noinherit')} grant pg_read_server_files to app_reader`,
    role: 'app_reader',
    verdict: 'bypasses-policies',
    names: 'pg_read_server_files',
  },
  {
    name: 'the role may write files',
    sql: `${role('app_writer')} grant pg_write_server_files to app_writer`,
    role: 'app_writer',
    verdict: 'bypasses-policies',
    names: 'pg_write_server_files',
  },
  {
    name: 'the role has REPLICATION',
    sql: role('app_copier', 'replication'),
    role: 'app_copier',
    verdict: 'bypasses-policies',
    names: 'REPLICATION',
  },
  {
    name: 'the role may become one whose name is before its own',
    sql: `${role('app_zoo', 'noinherit')} create role app_keys bypassrls; grant app_keys to app_zoo`,
    role: 'app_zoo',
    verdict: 'bypasses-policies',
    names: 'app_zoo may become app_keys',
  },
  { name: 'the role does not exist', sql: '', role: 'nobody_here', verdict: 'role-missing' },
  {
    name: 'no role is configured: the superuser',
    sql: '',
    role: 'meatymusic_app',
    verdict: 'bypasses-policies',
    names: 'superuser',
  },
  {
    name: 'a connection of its own',
    sql: role('app_login', "login password 'pw'"),
    login: 'app_login',
    verdict: 'pass',
  },
  {
    name: 'a connection of its own that is the owner',
    sql: `${role('app_own', "login password 'pw'")} alter table users owner to app_own; alter table users no force row level security`,
    login: 'app_own',
    verdict: 'bypasses-policies',
  },
  {
    name: 'a setting stored for the role',
    sql: `${role('app_stored', "login password 'pw'")} alter role app_stored set app.current_tenant_id = '11111111-1111-4111-8111-111111111111'`,
    login: 'app_stored',
    verdict: 'leaks',
  },
  {
    name: 'a setting stored for a role that is taken with SET ROLE',
    sql: `${role('app_kept')} alter role app_kept set app.current_tenant_id = '11111111-1111-4111-8111-111111111111'`,
    role: 'app_kept',
    verdict: 'leaks',
    names: 'stored for app_kept',
  },
  {
    name: 'a setting stored for the role in this database',
    sql: `${role('app_here')} do $$ begin execute format('alter role app_here in database %I set app.current_tenant_id = %L', current_database(), '11111111-1111-4111-8111-111111111111'); end $$`,
    role: 'app_here',
    verdict: 'leaks',
    names: 'stored for app_here',
  },
  {
    name: 'a setting stored for the role in another database, and for another role',
    sql: `${role('app_there')} ${role('app_stranger')} alter role app_there in database postgres set app.current_tenant_id = '11111111-1111-4111-8111-111111111111'; alter role app_stranger set app.current_tenant_id = '11111111-1111-4111-8111-111111111111'`,
    role: 'app_there',
    verdict: 'pass',
  },
  {
    name: 'a setting stored for the database',
    sql: `do $$ begin execute format('alter database %I set app.current_tenant_id = %L', current_database(), '11111111-1111-4111-8111-111111111111'); end $$`,
    verdict: 'leaks',
    names: 'stored for every role',
  },
  {
    name: 'a role with BYPASSRLS inspects, and an unset setting shows all',
    sql: `create role app_auditor login password 'pw' bypassrls; grant tenant_app to app_auditor; grant all on all tables in schema public to app_auditor; ${policies('users', `using (current_setting('app.current_tenant_id', true) is null or tenant_id = ${current})`)}`,
    inspector: 'app_auditor',
    verdict: 'shows-without-tenant',
    names: 'unset',
  },
  {
    name: 'nothing above the role inspects',
    sql: `${role('app_alone', "login password 'pw'")}`,
    login: 'app_alone',
    inspector: 'app_alone',
    verdict: 'pass',
  },
  {
    name: 'nothing above the role inspects, and UPDATE is open',
    sql: `${role('app_lone', "login password 'pw'")} ${open('users', 'update')}`,
    login: 'app_lone',
    inspector: 'app_lone',
    verdict: 'changes-foreign',
  },
];

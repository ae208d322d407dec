/** What the catalogue of a database reports about tenancy: roles, relations, keys, functions, stored settings. */

/** The role of the application or one that it may become with SET ROLE. */
export interface TenancyRole {
  name: string;
  superuser: boolean;
  bypasses: boolean;
  replication: boolean;
  /** It may grant itself the membership of any role that is no superuser: CREATEROLE before PostgreSQL 16. */
  grantsRoles: boolean;
  /** The name of a predefined role that reads or writes files or runs programs, where it is one or inherits from one. */
  serverAccess: string | null;
  /** A schema in which tables can be created. */
  createsIn: string | null;
}

export interface TenancyColumn {
  name: string;
  /** Below domains. */
  type: string;
  /** `typcategory`: N, S, B, D, U, … */
  category: string;
  length: number | null;
  required: boolean;
  generated: boolean;
  identity: boolean;
  hasDefault: boolean;
  labels: string[] | null;
  /** Check constraints of the table and of its domain that read it. */
  checks: string[];
  /** Privileges by role: `siu` for SELECT, INSERT and UPDATE. */
  privileges: Record<string, string>;
}

export interface TenancyRelation {
  oid: number;
  schema: string;
  name: string;
  /** r table, p partitioned, v view, m materialized view, f foreign table. */
  kind: 'r' | 'p' | 'v' | 'm' | 'f';
  enabled: boolean;
  forced: boolean;
  partition: boolean;
  /** Roles of the application that own it. */
  ownedBy: string[];
  primary: string[];
  uniques: string[][];
  policies: string[];
  columns: TenancyColumn[];
  /** Privileges by role: `duTrto` for DELETE, USAGE of the schema, TRUNCATE, REFERENCES, TRIGGER, the schema's owner. */
  privileges: Record<string, string>;
  /** Relations that its rules read or write: of a view, what it selects from. */
  dependsOn: number[];
  /** A trigger runs a SECURITY DEFINER function. */
  definerTrigger: boolean;
}

export interface TenancyKey {
  child: number;
  parent: number;
  columns: string[];
  referenced: string[];
  cascades: boolean;
}

export interface TenancyFunction {
  schema: string;
  name: string;
  kind: 'f' | 'p';
  /** Names and types of the arguments that it takes. */
  arguments: { name: string; type: string }[];
  identity: string;
  definer: boolean;
  leakproof: boolean;
  language: string;
  source: string;
  /** Roles of the application that may call it. */
  callableBy: string[];
  /** Roles of the application that own it. */
  ownedBy: string[];
  /** A policy calls it. */
  inPolicy: boolean;
}

export interface Tenancy {
  version: number;
  /** The connection that inspects sees all rows. */
  inspectorSeesAll: boolean;
  roles: TenancyRole[];
  relations: TenancyRelation[];
  keys: TenancyKey[];
  functions: TenancyFunction[];
  stored: { role: string | null; setting: string; value: string }[];
}

const ownSchema = (name: string) =>
  `${name}.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and ${name}.nspname not like 'pg\\_temp\\_%' and ${name}.nspname not like 'pg\\_toast\\_temp\\_%'`;
const notOfExtension = (catalogue: string, oid: string) =>
  `not exists (select from pg_depend x where x.classid = '${catalogue}'::regclass and x.objid = ${oid} and x.deptype = 'e')`;
const granted = (marks: [mark: string, test: string][]) =>
  marks.map(([mark, test]) => `case when ${test} then '${mark}' else '' end`).join(' || ');

/** Values: the role of the application, the name of a session that it may have. One row, in the column `tenancy`. */
export function tenancyQuery(version: number): string {
  const maySet = version >= 16 ? '(m.set_option or m.admin_option)' : 'true';
  return `
  with recursive become (oid) as (
    select oid from pg_roles where rolname = $1
    union
    select m.roleid from become b join pg_auth_members m on m.member = b.oid where ${maySet}
  ), r as materialized (
    select p.* from become b join pg_roles p on p.oid = b.oid
  ), rel as materialized (
    select c.oid, n.oid as namespace, n.nspname, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
           c.relowner, n.nspowner as schemaowner
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${ownSchema('n')}
       and ${notOfExtension('pg_class', 'c.oid')}
  ), col as materialized (
    select a.attrelid, json_agg(json_build_object(
        'name', a.attname, 'type', format_type(coalesce(base.oid, t.oid), null), 'category', coalesce(base.typcategory, t.typcategory),
        'length', nullif(case when coalesce(base.oid, t.oid) in ('varchar'::regtype, 'bpchar'::regtype)
                              then coalesce(nullif(a.atttypmod, -1), nullif(t.typtypmod, -1)) - 4 end, -5),
        'required', a.attnotnull or t.typnotnull, 'generated', a.attgenerated <> '', 'identity', a.attidentity <> '',
        'hasDefault', a.atthasdef or t.typdefault is not null,
        'labels', (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = coalesce(base.oid, t.oid)),
        'checks', (select coalesce(json_agg(pg_get_constraintdef(k.oid)), '[]') from pg_constraint k
           where k.contype = 'c' and (k.conrelid = a.attrelid and a.attnum = any(k.conkey) or k.contypid = a.atttypid and t.typtype = 'd')),
        'privileges', (select json_object_agg(r.rolname, ${granted([
          ['s', `has_column_privilege(r.oid, a.attrelid, a.attnum, 'select')`],
          ['i', `has_column_privilege(r.oid, a.attrelid, a.attnum, 'insert')`],
          ['u', `has_column_privilege(r.oid, a.attrelid, a.attnum, 'update')`],
        ])}) from r)
      ) order by a.attnum) as columns
      from rel join pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
      left join lateral (
        with recursive below (oid, next) as (
          select t.oid, t.typbasetype where t.typtype = 'd'
          union all select d.oid, d.typbasetype from below join pg_type d on d.oid = below.next
        ) select b.* from below join pg_type b on b.oid = below.oid where b.typtype <> 'd'
      ) base on true
     group by a.attrelid
  )
  select json_build_object(
    'version', ${version},
    'inspectorSeesAll', (select rolsuper or rolbypassrls from pg_roles where rolname = current_user),
    'roles', (select json_agg(json_build_object(
        'name', r.rolname, 'superuser', r.rolsuper, 'bypasses', r.rolbypassrls, 'replication', r.rolreplication,
        'grantsRoles', r.rolcreaterole and ${version < 16},
        'serverAccess', (select min(p.rolname) from pg_roles p
           where p.rolname in ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
             and pg_has_role(r.oid, p.oid, 'member')),
        'createsIn', (select min(n.nspname) from pg_namespace n where ${ownSchema('n')} and has_schema_privilege(r.oid, n.oid, 'create'))
      ) order by r.rolname <> $1, r.rolname) from r),
    'relations', (select coalesce(json_agg(json_build_object(
        'oid', rel.oid::int8, 'schema', rel.nspname, 'name', rel.relname, 'kind', rel.relkind,
        'enabled', rel.relrowsecurity, 'forced', rel.relforcerowsecurity, 'partition', rel.relispartition,
        'ownedBy', (select coalesce(json_agg(r.rolname), '[]') from r where pg_has_role(r.oid, rel.relowner, 'usage')),
        'primary', (select coalesce(json_agg(a.attname order by k.position), '[]')
           from pg_constraint p, unnest(p.conkey) with ordinality as k (number, position)
           join pg_attribute a on a.attnum = k.number and a.attrelid = rel.oid
          where p.conrelid = rel.oid and p.contype = 'p'),
        'uniques', (select coalesce(json_agg(u.columns), '[]')
           from (select array_agg(a.attname::text) as columns
                   from pg_index i, unnest(i.indkey::int2[]) as k (number)
                   join pg_attribute a on a.attnum = k.number and a.attrelid = rel.oid
                  where i.indrelid = rel.oid and i.indisunique group by i.indexrelid) u),
        'policies', (select coalesce(json_agg(p.polname || coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
            || coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '') order by p.polname), '[]')
           from pg_policy p where p.polrelid = rel.oid),
        'columns', coalesce((select col.columns from col where col.attrelid = rel.oid), '[]'),
        'privileges', (select json_object_agg(r.rolname, ${granted([
          ['d', `has_table_privilege(r.oid, rel.oid, 'delete')`],
          ['u', `has_schema_privilege(r.oid, rel.namespace, 'usage')`],
          ['T', `has_table_privilege(r.oid, rel.oid, 'truncate')`],
          ['r', `has_any_column_privilege(r.oid, rel.oid, 'references')`],
          ['t', `has_table_privilege(r.oid, rel.oid, 'trigger')`],
          ['o', `pg_has_role(r.oid, rel.schemaowner, 'usage')`],
        ])}) from r),
        'dependsOn', (select coalesce(json_agg(distinct d.refobjid::int8), '[]') from pg_rewrite w
           join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
          where w.ev_class = rel.oid and d.refobjid <> rel.oid),
        'definerTrigger', exists (select from pg_trigger g join pg_proc f on f.oid = g.tgfoid
          where g.tgrelid = rel.oid and not g.tgisinternal and g.tgenabled <> 'D' and f.prosecdef)
      ) order by rel.nspname, rel.relname), '[]') from rel),
    'keys', (select coalesce(json_agg(json_build_object(
        'child', f.conrelid::int8, 'parent', f.confrelid::int8, 'cascades', f.confdeltype = 'c',
        'columns', (select json_agg(a.attname order by k.position) from unnest(f.conkey) with ordinality k (number, position)
           join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.number),
        'referenced', (select json_agg(a.attname order by k.position) from unnest(f.confkey) with ordinality k (number, position)
           join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.number)
      )), '[]') from pg_constraint f where f.contype = 'f' and f.conrelid in (select oid from rel) and f.confrelid in (select oid from rel)),
    'functions', (select coalesce(json_agg(json_build_object(
        'schema', n.nspname, 'name', p.proname, 'kind', p.prokind, 'definer', p.prosecdef, 'leakproof', p.proleakproof,
        'language', l.lanname, 'source', p.prosrc, 'identity', pg_get_function_identity_arguments(p.oid),
        'arguments', (select coalesce(json_agg(json_build_object('name', coalesce(p.proargnames[k.position], ''), 'type', format_type(k.type, null))
             order by k.position), '[]') from unnest(p.proargtypes::oid[]) with ordinality k (type, position)
            where k.position <= p.pronargs - p.pronargdefaults),
        'callableBy', (select coalesce(json_agg(r.rolname), '[]') from r
           where has_function_privilege(r.oid, p.oid, 'execute') and has_schema_privilege(r.oid, n.oid, 'usage')),
        'ownedBy', (select coalesce(json_agg(r.rolname), '[]') from r where pg_has_role(r.oid, p.proowner, 'usage')),
        'inPolicy', exists (select from pg_depend d where d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_proc'::regclass
           and d.refobjid = p.oid)
      ) order by n.nspname, p.proname), '[]')
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
     where ${ownSchema('n')} and ${notOfExtension('pg_proc', 'p.oid')} and p.prokind in ('f', 'p')
       and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
       and (p.prosecdef or p.proleakproof or exists (select from pg_depend d where d.classid = 'pg_policy'::regclass
            and d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid))),
    'stored', (select coalesce(json_agg(json_build_object('role', o.rolname, 'setting', split_part(e.entry, '=', 1),
        'value', substr(e.entry, strpos(e.entry, '=') + 1))), '[]')
      from pg_db_role_setting s left join pg_roles o on o.oid = s.setrole, unnest(s.setconfig) as e (entry)
     where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
       and (s.setrole = 0 or o.rolname in ($1, $2)))
  ) as tenancy`;
}

import { historyTables } from '../history-tables.ts';

const own = historyTables.map((name) => `'${name}'`).join(', ');

/** Returns the condition that excludes the objects of extensions. */
export const notOfExtension = (oid: string, catalogue: string) =>
  `not exists (select from pg_depend e where e.objid = ${oid} and e.classid = '${catalogue}'::regclass and e.deptype = 'e')`;

/** Selects the objects that the other queries describe, without system schemas, extensions and the history tables. */
export const sets = `
schemas as (
  select * from pg_namespace n
   where nspname !~ '^pg_' and nspname <> 'information_schema' and ${notOfExtension('n.oid', 'pg_namespace')}
), relations as (
  select c.*, s.nspname, format('%I.%I', s.nspname, c.relname) as id,
         case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
                      when 'S' then 'sequence' else 'table' end as kind
    from pg_class c join schemas s on s.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relname not in (${own})
     and ${notOfExtension('c.oid', 'pg_class')}
), tables as (
  select * from relations where relkind <> 'S'
), functions as (
  select p.*, format('%I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as id,
         case prokind when 'a' then 'aggregate' else 'function' end as kind
    from pg_proc p join schemas s on s.oid = p.pronamespace
   where ${notOfExtension('p.oid', 'pg_proc')}
), types as (
  select t.*, format('%I.%I', s.nspname, t.typname) as id
    from pg_type t join schemas s on s.oid = t.typnamespace
    left join pg_class c on c.oid = nullif(t.typrelid, 0)
   where (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and c.relkind = 'c' or t.typtype = 'b' and t.typcategory <> 'A')
     and ${notOfExtension('t.oid', 'pg_type')}
), this_database as (
  select * from pg_database where datname = current_database()
), roles as (
  select * from pg_roles
   where oid in (select refobjid from pg_shdepend s, this_database d where s.refclassid = 'pg_authid'::regclass
                    and (s.dbid = d.oid or s.classid = 'pg_database'::regclass and s.objid = d.oid))
      or oid in (select nspowner from schemas union select relowner from relations union select proowner from functions)
)`;

/** Returns the type of a column, with a collation that is not the one of the type. */
export const columnType = (attribute: string) =>
  `format_type(${attribute}.atttypid, ${attribute}.atttypmod)
   || coalesce((select format(' collate %I.%I', cn.nspname, cl.collname) from pg_collation cl join pg_namespace cn on cn.oid = cl.collnamespace
                 where cl.oid = ${attribute}.attcollation
                   and cl.oid <> (select typcollation from pg_type where oid = ${attribute}.atttypid)), '')`;

/** Returns the options of a foreign object without values that can be secrets. */
export const foreignOptions = (options: string) =>
  `coalesce((select ' options (' || string_agg(case when o.option_name ~* 'user|password|secret|token|key' then o.option_name
       else format('%s %L', o.option_name, o.option_value) end, ', ' order by o.option_name) || ')'
     from pg_options_to_table(${options}) o), '')`;

/** Returns the state of a trigger or rule if it is not the default. */
export const firing = (state: string) =>
  `case ${state} when 'D' then ' disabled' when 'R' then ' enabled on replicas only' when 'A' then ' enabled always' else '' end`;

/** The policies of tables and the role that is subject to them, from the catalogue. */
import type { ScenarioTable } from './tenant-scenario.ts';

export interface PolicyFacts {
  role: string;
  superuser: boolean;
  bypasses: boolean;
  tables: PolicedTable[] | null;
}

export interface PolicedTable extends ScenarioTable {
  enabled: boolean;
  forced: boolean;
  /** The role is its owner, or may act as one. */
  owned: boolean;
  /** Name and conditions of each. */
  policies: string[];
}

/** As superuser or owner it never passes: such a role can switch the policies off, and most are not under them at all. */
export function findRlsBypass(
  { role, superuser, bypasses }: PolicyFacts,
  tables: readonly PolicedTable[],
): string | undefined {
  if (superuser) return `${role} is a superuser: policies are not applied to it`;
  if (bypasses) return `${role} has BYPASSRLS: policies are not applied to it`;
  const owned = tables.filter(({ owned: isOwner }) => isOwner).map(({ name }) => name);
  return owned.length > 0 ? `${role} owns ${owned.join(', ')}: an owner can switch policies off` : undefined;
}

/** The settings that the policies read, where the expected one is not among them. */
export function otherSetting(tables: readonly { policies: string[] }[], setting: string): string | undefined {
  const read = tables.flatMap(({ policies }) =>
    policies.flatMap((text) => [...text.matchAll(/current_setting\('([^']+)'/g)].map((match) => match[1]!)),
  );
  return read.length > 0 && !read.includes(setting) ? [...new Set(read)].join(', ') : undefined;
}

/** Values: the setting, the schema, the names of the tables. One row of `PolicyFacts`. */
export const policyFactsQuery = `
  select r.rolname::text as role, r.rolsuper as superuser, r.rolbypassrls as bypasses, current_setting($1, true) as setting,
    (select json_agg(json_build_object(
       'name', c.relname, 'enabled', c.relrowsecurity, 'forced', c.relforcerowsecurity,
       'owned', pg_has_role(r.oid, c.relowner, 'usage'),
       'policies', (select coalesce(json_agg(p.polname || coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
           || coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '') order by p.polname), '[]')
         from pg_policy p where p.polrelid = c.oid),
       'columns', (select coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null),
           'length', nullif(case when a.atttypid in ('varchar'::regtype, 'bpchar'::regtype) then a.atttypmod - 4 end, -5),
           'required', a.attnotnull and not a.atthasdef and a.attidentity = '',
           'labels', (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = a.atttypid))), '[]')
         from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and (a.attname = 'updated_at' or a.attnotnull and not a.atthasdef and a.attidentity = ''))))
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $2 and c.relkind in ('r', 'p') and c.relname = any($3::text[])) as tables
  from pg_roles r where r.rolname = current_user`;

import type { Json } from '../check/json.ts';

/** A table of the catalogue. */
export interface FoundTable {
  name: string;
  /** Name → type. */
  columns: Record<string, string>;
  primary: string[];
  /** Unique keys and unique indexes without a condition: their columns, also in `lower(column)`. */
  uniques: string[][];
  foreign: FoundKey[];
  /** Columns of the valid indexes. */
  indexes: string[][];
}

/** A foreign key: its columns, and those that they refer to. */
export interface FoundKey {
  columns: string[];
  /** With its schema where that is another one. */
  table: string;
  referenced: string[];
  /** A row that refers to nothing is refused, and there is none: validated, enforced, none of several columns may be null. */
  holds: boolean;
}

/** Describes a table in one line, for evidence. */
export function describeTable({ columns, primary, uniques, foreign, indexes }: FoundTable): string {
  const parts: Record<string, Json> = {
    columns: Object.entries(columns)
      .map(([name, type]) => `${name} ${type}`)
      .join(', '),
    'primary key': primary.join(', '),
    unique: uniques.map((each) => each.join('+')).join(', '),
    'foreign keys': foreign
      .map(({ columns, table, holds }) => `${columns.join('+')} → ${table}${holds ? '' : ' (not enforced)'}`)
      .join(', '),
    indexes: indexes.map((columns) => columns.join('+')).join(', '),
  };
  return Object.entries(parts)
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `${label}: ${text}`)
    .join('; ');
}

/** Values: the schema, the names of the tables. A row of `FoundTable` each. */
export const tableCatalogueQuery = `
  select c.relname::text as name,
    (select json_object_agg(a.attname, format_type(a.atttypid, a.atttypmod))
       from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select coalesce(json_agg(a.attname order by k.position), '[]')
       from pg_constraint p, unnest(p.conkey) with ordinality as k (number, position)
       join pg_attribute a on a.attnum = k.number and a.attrelid = c.oid
      where p.conrelid = c.oid and p.contype = 'p') as "primary",
    (select coalesce(json_agg(distinct u.columns::text[]), '[]')
       from (select array_agg(coalesce(a.attname, e.name) order by k.position) as columns
               from pg_index i, unnest(i.indkey::int2[]) with ordinality as k (number, position)
               left join pg_attribute a on a.attnum = k.number and a.attrelid = c.oid
               left join lateral (select substring(pg_get_indexdef(i.indexrelid, k.position::int, true)
                 from '^(?:lower|upper)\\(\\(?"?([^()":]+?)"?\\)?(?:::[a-z ]+)?\\)$') as name where k.number = 0) e on true
              where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and k.position <= i.indnkeyatts
              group by i.indexrelid
             having bool_and(coalesce(a.attname, e.name) is not null)) u) as uniques,
    (select coalesce(json_agg(json_build_object(
         'columns', (select json_agg(a.attname order by k.position) from unnest(f.conkey) with ordinality as k (number, position)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number),
         'referenced', (select json_agg(a.attname order by k.position) from unnest(f.confkey) with ordinality as k (number, position)
            join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.number),
         'table', case when t.relnamespace = c.relnamespace then t.relname else tn.nspname || '.' || t.relname end,
         'holds', f.convalidated
            and not exists (select from pg_trigger g where g.tgconstraint = f.oid and g.tgenabled = 'D')
            and (cardinality(f.conkey) = 1 or f.confmatchtype = 'f' or not exists (select from pg_attribute a
              where a.attrelid = c.oid and a.attnum = any(f.conkey) and not a.attnotnull)))), '[]')
       from pg_constraint f join pg_class t on t.oid = f.confrelid join pg_namespace tn on tn.oid = t.relnamespace
      where f.conrelid = c.oid and f.contype = 'f') as foreign,
    (select coalesce(json_agg(x.columns), '[]')
       from (select array_agg(a.attname::text order by k.position) as columns
               from pg_index i, unnest(i.indkey::int2[]) with ordinality as k (number, position)
               join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
              where i.indrelid = c.oid and i.indisvalid and i.indpred is null and i.indexprs is null and k.position <= i.indnkeyatts
              group by i.indexrelid) x) as indexes
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind in ('r', 'p') and c.relname = any($2::text[])
  order by 1`;

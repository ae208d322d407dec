import type { Json } from '../check/json.ts';

/** A table of the catalogue. */
export interface FoundTable {
  name: string;
  /** Name → type. */
  columns: Record<string, string>;
  primary: string[];
  /** Unique keys and unique indexes without a condition: their columns. */
  uniques: string[][];
  foreign: { column: string; table: string }[];
  /** First columns of the valid indexes. */
  indexed: string[];
}

/** Describes a table in one line, for evidence. */
export function describeTable({ columns, primary, uniques, foreign, indexed }: FoundTable): string {
  const parts: Record<string, Json> = {
    columns: Object.entries(columns)
      .map(([name, type]) => `${name} ${type}`)
      .join(', '),
    'primary key': primary.join(', '),
    unique: uniques.map((each) => each.join('+')).join(', '),
    'foreign keys': foreign.map(({ column, table }) => `${column} → ${table}`).join(', '),
    'indexed first': indexed.join(', '),
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
       from (select array_agg(a.attname order by k.position) as columns
               from pg_index i, unnest(i.indkey::int2[]) with ordinality as k (number, position)
               join pg_attribute a on a.attnum = k.number and a.attrelid = c.oid
              where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and k.position <= i.indnkeyatts
              group by i.indexrelid) u) as uniques,
    (select coalesce(json_agg(json_build_object('column', a.attname, 'table', t.relname)), '[]')
       from pg_constraint f join pg_class t on t.oid = f.confrelid
       join pg_attribute a on a.attrelid = c.oid and a.attnum = f.conkey[1]
      where f.conrelid = c.oid and f.contype = 'f' and cardinality(f.conkey) = 1) as foreign,
    (select coalesce(json_agg(distinct a.attname), '[]')
       from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where i.indrelid = c.oid and i.indisvalid and i.indpred is null) as indexed
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind in ('r', 'p') and c.relname = any($2::text[])
  order by 1`;

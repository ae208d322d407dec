import { type Connection, connect } from './connection.ts';
import { historyTables } from './history-tables.ts';
import type { MigrateOptions } from './locked-state.ts';
import { openScratch } from './scratch.ts';
import { migrateUp } from './up.ts';

/**
 * Generates the `Database` interface for Kysely from a scratch database, independent of the state of other databases.
 * kysely-codegen would need a reachable database, a configuration and a dozen packages for one query and a table of types.
 */
export async function generateTypes(
  options: Pick<MigrateOptions, 'folder' | 'signal'> & { scratchUrl?: string | undefined },
): Promise<string> {
  const scratch = await openScratch(options.scratchUrl, options.signal);
  try {
    await migrateUp({ ...options, url: scratch.url });
    const connection = await connect({ url: scratch.url, signal: options.signal });
    try {
      return await typesOf(connection);
    } finally {
      await connection.close();
    }
  } finally {
    await scratch.remove();
  }
}

interface Column {
  table: string;
  column: string;
  type: string;
  category: string;
  nullable: boolean;
  hasDefault: boolean;
  generatedAlways: boolean;
  labels: string[] | null;
  comment: string | null;
  isView: boolean;
}

/** Types that `pg` returns by default, and accepts; the second only if it differs. */
const types: Record<string, [select: string, insert?: string]> = {
  bool: ['boolean'],
  int2: ['number'],
  int4: ['number'],
  oid: ['number'],
  float4: ['number'],
  float8: ['number'],
  int8: ['string', 'string | number | bigint'],
  numeric: ['string', 'string | number'],
  timestamptz: ['Date', 'Date | string'],
  timestamp: ['Date', 'Date | string'],
  date: ['Date', 'Date | string'],
  json: ['Json', 'Json'],
  jsonb: ['Json', 'Json'],
  bytea: ['Buffer'],
};

async function typesOf(connection: Connection): Promise<string> {
  const columns = await connection.query<Column>(
    `select case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname as table, a.attname::text as column,
            coalesce(bt.typname, e.typname, t.typname)::text as type, t.typcategory::text as category,
            not a.attnotnull as nullable, (a.atthasdef and a.attgenerated = '') or a.attidentity = 'd' as "hasDefault",
            a.attgenerated <> '' or a.attidentity = 'a' as "generatedAlways",
            (select array_agg(l.enumlabel::text order by l.enumsortorder) from pg_enum l where l.enumtypid = coalesce(e.oid, t.oid)) as labels,
            col_description(c.oid, a.attnum) as comment, c.relkind in ('v', 'm') as "isView"
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       join pg_type t on t.oid = a.atttypid
       left join pg_type e on e.oid = nullif(t.typelem, 0) and t.typcategory = 'A'
       left join pg_type bt on bt.oid = nullif(t.typbasetype, 0)
      where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        and not c.relispartition and c.relname <> all($1)
        and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
      order by 1, a.attnum`,
    [historyTables],
  );
  const tables = new Map<string, Column[]>();
  for (const column of columns) tables.set(column.table, [...(tables.get(column.table) ?? []), column]);
  const bodies = [...tables].map(
    ([table, own]) => `export interface ${pascal(table)} {\n${own.map(member).join('')}}\n`,
  );
  const body = [
    ...bodies,
    `/** Every table and view, for \`Kysely<Database>\`. */\nexport interface Database {\n${[...tables.keys()]
      .map((table) => `  ${key(table)}: ${pascal(table)};\n`)
      .join('')}}\n`,
  ].join('\n');
  const imports = ['ColumnType', 'Generated', 'GeneratedAlways'].filter((name) => body.includes(`${name}<`));
  const usesJson = /\bJson\b/.test(body);
  return [
    '/** Written by `meatymusic migrate types` from the migrated schema. Changes are lost at the next run. */',
    ...(imports.length > 0 ? [`import type { ${imports.join(', ')} } from 'kysely';`] : []),
    '',
    ...(usesJson
      ? ['export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };', '']
      : []),
    body,
  ].join('\n');
}

function member({
  column,
  type,
  category,
  nullable,
  hasDefault,
  generatedAlways,
  labels,
  comment,
  isView,
}: Column) {
  const [select, insert = select] = labels
    ? [labels.map((label) => `'${label.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`).join(' | ')]
    : (types[type] ?? ['string']);
  const array = (each: string) => (category === 'A' ? `${/[ |]/.test(each) ? `(${each})` : each}[]` : each);
  const orNull = (each: string) => (nullable ? `${each} | null` : each);
  const selected = orNull(array(select));
  const inserted = orNull(array(insert));
  let text = selected;
  if (!isView) {
    if (generatedAlways) text = `GeneratedAlways<${selected}>`;
    else if (selected !== inserted) {
      text = `ColumnType<${selected}, ${inserted}${hasDefault || nullable ? ' | undefined' : ''}, ${inserted}>`;
    } else if (hasDefault) text = `Generated<${selected}>`;
  }
  return `${comment ? `  /** ${comment.replaceAll('*/', '* /')} */\n` : ''}  ${key(column)}: ${text};\n`;
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function pascal(table: string): string {
  return table
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')
    .replace(/^(?=\d)/, 'T');
}

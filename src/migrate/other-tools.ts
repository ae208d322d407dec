import { codeOf, Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import type { Connection } from './connection.ts';
import type { History } from './history.ts';
import { quote } from './history-tables.ts';
import type { MigrationFile } from './migration-file.ts';
import { componentTables, type ToolHistory, toolHistories } from './tool-histories.ts';

/** Another migration tool whose history is in the database. */
export interface OtherTool {
  tool: string;
  /** `public.alembic_version` */
  table: string;
  /** Newest applied migration; unset if there is none or it cannot be read. */
  head?: string;
}

interface FoundTable {
  schema: string;
  table: string;
  columns: string[];
}

const tableNames = [...new Set(toolHistories.flatMap(({ table, beside }) => [table, beside ?? table]))];

/** Resolves to the other tools that have migrated this database. Writes nothing; one round trip if there are none. */
export async function findOtherTools(connection: Pick<Connection, 'query'>): Promise<OtherTool[]> {
  const tables = await connection.query<FoundTable>(
    `select n.nspname::text as schema, c.relname::text as table,
            array(select a.attname::text from pg_attribute a
                   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where lower(c.relname) = any($1) and c.relkind in ('r', 'p')
        and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        and n.nspname || '.' || c.relname <> all($2)
        and not exists (select from pg_depend d
                         where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
      order by 1, 2`,
    [tableNames, componentTables],
  );
  const found: OtherTool[] = [];
  for (const table of tables) {
    const history = toolHistories.find((each) => fits(each, table, tables));
    if (!history) continue;
    const head = await readHead(connection, history, table);
    found.push({
      tool: history.tool,
      table: safeLine(`${table.schema}.${table.table}`, 200),
      ...(head === undefined ? {} : { head: safeLine(head, 200) }),
    });
  }
  return found;
}

function fits(history: ToolHistory, { schema, table, columns }: FoundTable, all: readonly FoundTable[]) {
  return (
    history.table === table.toLowerCase() &&
    history.columns.every((column) => columns.includes(column)) &&
    (history.beside === undefined ||
      all.some((other) => other.schema === schema && other.table === history.beside))
  );
}

/** Returns the newest migration, or `undefined` for a history that cannot be read or has unexpected columns. */
async function readHead(
  { query }: Pick<Connection, 'query'>,
  { head }: ToolHistory,
  { schema, table }: FoundTable,
): Promise<string | undefined> {
  try {
    const [row] = await query<{ head: string | null }>(
      head.replace('$T', () => `${quote(schema)}.${quote(table)}`),
    );
    return row?.head ?? undefined;
  } catch (error) {
    if (/^42/.test(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Returns `migrated by Alembic, at 1975ea83b712 (public.alembic_version)`. */
export function describeOtherTools(others: readonly OtherTool[]): string {
  const each = others.map(
    ({ tool, table, head }) => `${tool}, at ${head ?? 'no known migration'} (${table})`,
  );
  return `migrated by ${each.join(' and by ')}`;
}

interface Judged {
  files: readonly MigrationFile[];
  history: History;
  otherTools: readonly OtherTool[];
}

/** True if another tool migrates the database and none of these migrations is applied to it. */
export function belongsToOtherTool({ files, history, otherTools }: Judged): boolean {
  const names = new Set(files.map(({ name }) => name));
  return otherTools.length > 0 && !history.applied.some(({ name }) => names.has(name));
}

/** Throws a Fault (78) if another tool migrates the database. Call it before anything is created. */
export function refuseOtherTools(loaded: Judged): void {
  if (belongsToOtherTool(loaded)) throw migratedByAnotherTool(loaded.otherTools);
}

export function migratedByAnotherTool(others: readonly OtherTool[]): Fault {
  const tools = others.map(({ tool }) => tool).join(' and ');
  return new Fault({
    code: 'migrated-by-another-tool',
    message: `the database is ${describeOtherTools(others)}`,
    details: ['nothing was created or changed'],
    hint: `migrate it with ${tools}; migrations of this project need a database of their own`,
    exitCode: ExitCode.config,
  });
}

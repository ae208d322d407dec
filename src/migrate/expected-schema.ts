import type { Connection } from './connection.ts';
import { isAbsent, quote, schemaTable } from './history-tables.ts';
import type { Step } from './load.ts';
import type { LockedMigrationState } from './locked-state.ts';
import { carryForward } from './schema-diff.ts';
import { readLineFormat, readSchemaLines } from './schema-lines.ts';

export interface ExpectedSchema {
  head: string | undefined;
  /** `format 2, PostgreSQL 16`; unset if an earlier version recorded it. */
  format: string | undefined;
  lines: string[];
}

/** Returns the schema recorded when the migrations up to `head` were applied; `undefined` if none was recorded. */
export async function readExpectedSchema(
  connection: Pick<Connection, 'query'>,
  schema: string,
): Promise<ExpectedSchema | undefined> {
  try {
    const [row] = await connection.query<{ head: string | null; lines: string[] }>(
      `select head, lines from ${quote(schema)}.${schemaTable}`,
    );
    if (!row) return undefined;
    const format = row.lines.find((line) => line.startsWith(formatPrefix))?.slice(formatPrefix.length);
    const lines = row.lines.filter((line) => !line.startsWith(formatPrefix));
    return { head: row.head ?? undefined, format, lines };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return undefined;
  }
}

/** Start of the entry that holds the format of the others. */
const formatPrefix = 'recorded in ';

async function writeExpectedSchema(
  connection: Pick<Connection, 'query'>,
  schema: string,
  { head, format, lines }: ExpectedSchema,
): Promise<void> {
  const table = `${quote(schema)}.${schemaTable}`;
  await connection.query(
    `with old as (delete from ${table}) insert into ${table} (head, lines) values ($1, $2::text[])`,
    [head ?? null, [`${formatPrefix}${format}`, ...lines]],
  );
}

/** Updates the expected schema, from which drift is computed. Call it after each group. */
export async function keepExpectedSchema({
  connection,
  schema,
  state: { applied },
}: LockedMigrationState): Promise<(done: readonly Step[]) => Promise<void>> {
  let before = await readSchemaLines(connection);
  const known = await readExpectedSchema(connection, schema);
  const format = await readLineFormat(connection);
  const isComparable = known?.head === applied.at(-1) && known?.format === format;
  let expected = isComparable ? known.lines : before;
  return async (done) => {
    const after = await readSchemaLines(connection);
    expected = carryForward(expected, before, after);
    before = after;
    await writeExpectedSchema(connection, schema, {
      head: headAfter(applied, done),
      format,
      lines: expected,
    });
  };
}

/** Returns the newest migration after these steps; `undefined` if none is applied. */
export function headAfter(applied: readonly string[], done: readonly Step[]): string | undefined {
  const names = new Set(applied);
  for (const { direction, migration } of done) {
    names.delete(migration.name);
    if (direction === 'up') names.add(migration.name);
  }
  return [...names].at(-1);
}

import type { Connection } from './connection.ts';
import { isAbsent, quote, schemaTable } from './history-tables.ts';
import type { Step } from './load.ts';
import type { LockedMigrationState } from './locked-state.ts';
import { carryForward } from './schema-diff.ts';
import { readSchemaLines } from './schema-lines.ts';

/** Returns the schema recorded when the migrations up to `head` were applied; `undefined` if none was recorded. */
export async function readExpectedSchema(
  connection: Pick<Connection, 'query'>,
  schema: string,
): Promise<{ head: string | undefined; lines: string[] } | undefined> {
  try {
    const [row] = await connection.query<{ head: string | null; lines: string[] }>(
      `select head, lines from ${quote(schema)}.${schemaTable}`,
    );
    return row && { head: row.head ?? undefined, lines: row.lines };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return undefined;
  }
}

async function writeExpectedSchema(
  connection: Pick<Connection, 'query'>,
  schema: string,
  { head, lines }: { head: string | undefined; lines: readonly string[] },
): Promise<void> {
  const table = `${quote(schema)}.${schemaTable}`;
  await connection.query(
    `with old as (delete from ${table}) insert into ${table} (head, lines) values ($1, $2::text[])`,
    [head ?? null, lines],
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
  let expected = known?.head === applied.at(-1) && known ? known.lines : before;
  return async (done) => {
    const after = await readSchemaLines(connection);
    expected = carryForward(expected, before, after);
    before = after;
    await writeExpectedSchema(connection, schema, { head: headAfter(applied, done), lines: expected });
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

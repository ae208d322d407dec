import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { Connection } from './connection.ts';
import { quote } from './history-tables.ts';

/** Throws if another schema than the configured one has the history: migrating would apply everything twice. */
export async function refuseForeignHistory(
  connection: Connection,
  schema: string,
  names: readonly string[],
): Promise<void> {
  const tables = await connection.query<{ schema: string }>(
    `select n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relname = 'kysely_migration' and c.relkind = 'r' and n.nspname <> $1 order by 1`,
    [schema],
  );
  for (const table of tables) {
    const found = await connection.query<{ name: string }>(
      `select name from ${quote(table.schema)}.kysely_migration where name = any($1) order by name`,
      [names],
    );
    if (found.length === 0) continue;
    throw new Fault({
      code: 'history-elsewhere',
      message: `the history of these migrations is in the schema "${table.schema}", and the configuration says "${schema}"`,
      details: found.map(({ name }) => `applied there: ${name}`),
      hint: `set migrations.schema to "${table.schema}"`,
      exitCode: ExitCode.config,
    });
  }
}

import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import { messageOf } from '../base/errors.ts';
import { loadMigrations } from './load.ts';
import type { MigrationFile } from './migration-file.ts';

export interface PlannedMigration {
  name: string;
  statements: { sql: string; parameters: readonly unknown[] }[];
  transaction: boolean;
  /** True if it queries the database. The plan returns no rows, so statements that depend on the result may differ. */
  reads: boolean;
  /** Reason why the plan is incomplete. */
  stoppedBy?: string;
}

/**
 * Resolves to the SQL that migrations would run. They run against a dialect that records each statement and returns no
 * rows. Nothing reaches a database, not even the locks of a transaction that is rolled back.
 */
export async function planMigrations(
  files: readonly MigrationFile[],
  direction: 'up' | 'down',
): Promise<PlannedMigration[]> {
  const planned: PlannedMigration[] = [];
  for (const migration of await loadMigrations(files)) {
    const recorder = new Recorder();
    const db = recorder.database();
    const entry: PlannedMigration = {
      name: migration.name,
      statements: recorder.statements,
      transaction: !migration.noTransaction,
      reads: false,
    };
    try {
      const run = direction === 'up' ? migration.up : migration.down;
      if (run && migration.noTransaction) await run(db);
      else if (run) await db.transaction().execute(async (transaction) => run(transaction));
    } catch (error) {
      entry.stoppedBy = messageOf(error);
    }
    entry.reads = recorder.statements.some(({ sql }) => /^\s*(select|with|show)\b|\breturning\b/i.test(sql));
    planned.push(entry);
  }
  return planned;
}

class Recorder implements Driver, DatabaseConnection {
  readonly statements: { sql: string; parameters: readonly unknown[] }[] = [];

  database(): Kysely<unknown> {
    return new Kysely<unknown>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => this,
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    });
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    this.statements.push({ sql: sql.trim(), parameters });
    return { rows: [] };
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this;
  }

  async init(): Promise<void> {}
  async beginTransaction(): Promise<void> {}
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

/** Formats a plan as an SQL script for reading or psql. */
export function formatPlan(planned: readonly PlannedMigration[]): string {
  const lines: string[] = [];
  for (const { name, statements, transaction, reads, stoppedBy } of planned) {
    lines.push(`-- ${name}${transaction ? '' : ' (outside a transaction)'}`);
    if (reads)
      lines.push(
        '-- this migration queries the database: statements that depend on the result may differ from this plan',
      );
    for (const { sql, parameters } of statements) {
      lines.push(`${dedent(sql).replace(/;$/, '')};`);
      if (parameters.length > 0) lines.push(`-- with ${JSON.stringify(parameters)}`);
    }
    if (stoppedBy) lines.push(`-- planned up to here only: ${stoppedBy.split('\n')[0]}`);
    lines.push('');
  }
  return lines.join('\n');
}

/** Removes the indentation of the source from the lines after the first of a template literal. */
function dedent(sql: string): string {
  const [first = '', ...rest] = sql.split('\n');
  const indents = rest.filter((line) => line.trim()).map((line) => /^ */.exec(line)![0].length);
  const indent = Math.min(...indents, Number.MAX_SAFE_INTEGER);
  return [first, ...rest.map((line) => line.slice(indent))].join('\n');
}

import type { MigrationsProbe } from '../check/probes.ts';
import { withConnection } from './connection.ts';
import { readHistory } from './history.ts';
import { secondRunLockMs } from './lock.ts';
import type { MigrateOptions } from './locked-state.ts';
import { readMigrationFiles } from './migration-file.ts';
import { findOtherTools, refuseOtherTools } from './other-tools.ts';
import { countObjects, diffSchemas, formatDifferences } from './schema-diff.ts';
import { readSchemaLines } from './schema-lines.ts';
import { compareState } from './state.ts';
import { migrateUp } from './up.ts';

/**
 * Migrates a database that is at its head a second time, and compares schema and history before and after. Does nothing
 * if a migration is pending: a check must not apply it.
 */
export async function secondRun(options: MigrateOptions): ReturnType<MigrationsProbe['secondRun']> {
  const before = await readMigrationState(options);
  const { pending } = before;
  if (pending.length > 0) return { pending, ran: [], changes: [], objects: 0, entries: 0 };
  const { ran } = await migrateUp({ ...options, lockTimeoutMs: secondRunLockMs });
  const after = await readMigrationState(options);
  return {
    pending,
    ran: ran.map(({ name }) => name),
    changes: formatDifferences(diffSchemas(before.lines, after.lines)),
    objects: after.objects,
    entries: after.entries,
  };
}

async function readMigrationState({ url, signal, folder, schema = 'public' }: MigrateOptions) {
  const files = readMigrationFiles(folder);
  return withConnection({ url, signal }, async (connection) => {
    const history = await readHistory(connection, schema);
    refuseOtherTools({ files, history, otherTools: await findOtherTools(connection) });
    const objects = await readSchemaLines(connection);
    const entries = history.applied.map(({ name, timestamp }) => `history entry ${name} of ${timestamp}`);
    return {
      pending: compareState(folder, files, history).pending,
      lines: [...objects, ...entries],
      objects: countObjects(objects),
      entries: entries.length,
    };
  });
}

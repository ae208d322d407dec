import type { MigrationsProbe } from '../check/probes.ts';
import { withConnection } from './connection.ts';
import { readExpectedSchema } from './expected-schema.ts';
import { compareLockFile } from './lock-file.ts';
import { lookAt } from './look.ts';
import type { MigrateOptions } from './scene.ts';
import { diffSchemas, formatDifferences } from './schema-diff.ts';
import { readSchemaLines } from './schema-lines.ts';

/** What checks may ask of the migrator; every answer leaves the database as it is. */
export function readOnlyMigrations(
  options: Pick<MigrateOptions, 'url' | 'folder' | 'schema' | 'signal' | 'pidFile'>,
): MigrationsProbe {
  return {
    async state() {
      const { files, state } = await lookAt(options);
      const { folder, applied, pending, edited, missing, outOfOrder } = state;
      const lockFileDifferences = compareLockFile(folder, files);
      return {
        folder,
        applied,
        pending,
        edited,
        missing,
        outOfOrder,
        ...(lockFileDifferences ? { lockFileDifferences } : {}),
      };
    },
    drift: () => readDrift(options),
    async secondRun() {
      const { secondRun } = await import('./second-run.ts');
      return secondRun(options);
    },
  };
}

async function readDrift({
  url,
  schema = 'public',
  signal,
}: Pick<MigrateOptions, 'url' | 'schema' | 'signal'>): ReturnType<MigrationsProbe['drift']> {
  return withConnection({ url, signal }, async (connection) => {
    const expected = await readExpectedSchema(connection, schema);
    const found = await readSchemaLines(connection);
    if (!expected) {
      return { available: false, enable: 'meatymusic migrate up', differences: [], objects: found.length };
    }
    return {
      available: true,
      differences: formatDifferences(diffSchemas(expected.lines, found)),
      objects: found.length,
    };
  });
}

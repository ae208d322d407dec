import type { MigrationsProbe } from '../check/probes.ts';
import type { Connection } from './connection.ts';
import { readExpectedSchema } from './expected-schema.ts';
import { countObjects, diffSchemas, formatDifferences } from './schema-diff.ts';
import { readLineFormat, readSchemaLines } from './schema-lines.ts';

/** Compares the schema with the recorded one. Writes nothing; includes the changes of an open transaction. */
export async function driftOn(
  connection: Pick<Connection, 'client' | 'query'>,
  schema = 'public',
): ReturnType<MigrationsProbe['drift']> {
  const expected = await readExpectedSchema(connection, schema);
  const format = await readLineFormat(connection);
  const found = await readSchemaLines(connection);
  const objects = countObjects(found);
  if (expected?.format !== format) {
    const enable = expected
      ? `the schema was recorded in ${expected.format ?? 'an earlier format'}, this is ${format}; the next migration records it again`
      : 'the next migration that meatymusic migrate up applies records it';
    return { available: false, enable, differences: [], objects };
  }
  return { available: true, differences: formatDifferences(diffSchemas(expected.lines, found)), objects };
}

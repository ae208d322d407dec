import { hash } from 'node:crypto';
import { accessLines, accessSets } from './catalogue/access.ts';
import { codeLines } from './catalogue/code.ts';
import { sets } from './catalogue/sets.ts';
import { tableLines } from './catalogue/tables.ts';
import type { Connection } from './connection.ts';

/**
 * Selects what a database contains as sorted lines, one per fact: everything in the catalogue that changes the result of
 * a statement or who may run it. Excludes system schemas, objects of extensions, the history tables, comments, statistics
 * and storage parameters.
 */
export async function readSchemaLines(connection: Pick<Connection, 'client'>): Promise<string[]> {
  // Definitions omit the schema of a table in the search path; with an empty path they always include it.
  // One query, one round trip; it uses an open transaction of the caller.
  const inTransaction = connection.client.getTransactionStatus() === 'T';
  const open = inTransaction ? 'savepoint schema_lines' : 'begin read only';
  const close = inTransaction ? 'rollback to savepoint schema_lines' : 'rollback';
  const results: unknown = await connection.client.query(
    `${open}; set local search_path = pg_catalog; ${query}; ${close}`,
  );
  const { rows } = (results as { rows: { line: string }[] }[])[2]!;
  return [...new Set(rows.map(({ line }) => toOneLine(line)))].sort();
}

/** Format of the lines. Lines of another format or another major version of PostgreSQL cannot be compared. */
const format = 2;

/** Resolves to the format of the lines of a connection: `format 2, PostgreSQL 16`. */
export async function readLineFormat({ query: ask }: Pick<Connection, 'query'>): Promise<string> {
  const [row] = await ask<{ major: number }>(
    "select current_setting('server_version_num')::int / 10000 as major",
  );
  return `format ${format}, PostgreSQL ${row!.major}`;
}

const query = `with ${sets}, ${accessSets} ${[tableLines, codeLines, accessLines].join('\nunion all\n')}`;

/** Returns a text as one line. A checksum distinguishes texts that differ only in white space, such as a function's body. */
function toOneLine(text: string): string {
  const normalised = text.replace(/\r\n?/g, '\n').trim();
  const line = normalised.replace(/\s+/g, ' ');
  return line === normalised ? line : `${line} #${hash('sha256', normalised).slice(0, 8)}`;
}

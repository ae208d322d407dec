import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { Connection } from './connection.ts';
import { isAbsent, ourTable, quote } from './history-tables.ts';
import { compareNames, parseRecordedChecksum } from './migration-file.ts';

/**
 * An applied migration. The tables of Kysely have name and time, so that every Kysely tool can read them; our table,
 * `meatymusic_migration`, has the other fields.
 */
export interface HistoryEntry {
  name: string;
  /** ISO 8601, as Kysely writes it; strictly increasing in the order of application. */
  timestamp: string;
  /** Unset if another Kysely tool applied it. */
  checksum?: string;
  /** Extension of the file that was applied: `.ts`; unset in rows of earlier versions. */
  extension?: string;
  durationMs?: number;
  toolVersion?: string;
  acceptedReason?: string;
}

/** Our rows without a row of Kysely. */
export interface Note {
  name: string;
  checksum: string;
  /** Started outside a transaction and not finished. */
  startedAt?: string;
  /** Allowed to run out of order. */
  acceptedReason?: string;
}

export interface History {
  applied: HistoryEntry[];
  notes: Note[];
}

/** Checksum of a migration whose file was deliberately removed. */
export const removedChecksum = 'removed';

/** Reads the history in one round trip; resolves to an empty one if the tables are missing. */
export async function readHistory(connection: Pick<Connection, 'query'>, schema: string): Promise<History> {
  const kysely = `${quote(schema)}.kysely_migration`;
  const ours = `${quote(schema)}.${ourTable}`;
  try {
    return toHistory(
      await connection.query<HistoryRow>(
        `select coalesce(k.name, m.name) as name, k."timestamp", m.checksum, m.duration_ms, m.tool_version,
                m.accepted_reason, m.started_at, m.kysely_timestamp
           from ${kysely} k full join ${ours} m on m.name = k.name`,
      ),
    );
  } catch (error) {
    if (!isAbsent(error)) throw unreadable(error, schema);
  }
  try {
    return toHistory(await connection.query<HistoryRow>(`select name, "timestamp" from ${kysely}`));
  } catch (error) {
    if (!isAbsent(error)) throw unreadable(error, schema);
    return { applied: [], notes: [] };
  }
}

function unreadable(error: unknown, schema: string): unknown {
  if (codeOf(error) !== '42501') return error;
  return new Fault({
    code: 'database-refused',
    message: `the history of the migrations in the schema "${schema}" cannot be read: ${messageOf(error)} (42501)`,
    hint: 'migrate as the owner of the schema: it is the user in DATABASE_URL',
    exitCode: ExitCode.unavailable,
    cause: error,
  });
}

interface HistoryRow {
  name: string;
  timestamp: string | null;
  checksum?: string | null;
  duration_ms?: number | null;
  tool_version?: string | null;
  accepted_reason?: string | null;
  started_at?: Date | null;
  kysely_timestamp?: string | null;
}

function toHistory(rows: HistoryRow[]): History {
  const applied: HistoryEntry[] = [];
  const notes: Note[] = [];
  for (const row of rows) {
    const accepted = row.accepted_reason ? { acceptedReason: row.accepted_reason } : {};
    if (row.timestamp === null) {
      // Another tool rolled this migration back and removed the row of Kysely: ours is outdated.
      if (row.kysely_timestamp) continue;
      notes.push({
        name: row.name,
        checksum: parseRecordedChecksum(row.checksum ?? '').checksum,
        ...(row.started_at ? { startedAt: row.started_at.toISOString() } : {}),
        ...accepted,
      });
      continue;
    }
    // Applied again by another tool: our row is outdated.
    const current = row.checksum && row.kysely_timestamp === row.timestamp;
    applied.push({
      name: row.name,
      timestamp: row.timestamp,
      ...(current
        ? {
            ...parseRecordedChecksum(row.checksum!),
            ...(typeof row.duration_ms === 'number' ? { durationMs: row.duration_ms } : {}),
            ...(row.tool_version ? { toolVersion: row.tool_version } : {}),
            ...accepted,
          }
        : {}),
    });
  }
  applied.sort((a, b) => compareNames(a.timestamp, b.timestamp) || compareNames(a.name, b.name));
  notes.sort((a, b) => compareNames(a.name, b.name));
  return { applied, notes };
}

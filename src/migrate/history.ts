import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { Connection } from './connection.ts';
import { isAbsent, ourTable, quote } from './history-tables.ts';
import { compareNames } from './migration-file.ts';

/**
 * What the database remembers. Kysely's own tables hold name and time, so that every Kysely tool can read them; ours,
 * `meatymusic_migration`, holds what Kysely does not keep.
 */
export interface HistoryEntry {
  name: string;
  /** ISO 8601, as Kysely writes it; strictly increasing in the order of application. */
  timestamp: string;
  /** Absent: another Kysely tool applied it. */
  checksum?: string;
  durationMs?: number;
  toolVersion?: string;
  acceptedReason?: string;
}

/** Rows of ours that have no row of Kysely's. */
export interface Note {
  name: string;
  checksum: string;
  /** It was started outside a transaction and has not finished. */
  startedAt?: string;
  /** It may run out of order. */
  acceptedReason?: string;
}

export interface History {
  applied: HistoryEntry[];
  notes: Note[];
}

/** Marks the checksum of a migration whose file was deliberately removed. */
export const removedChecksum = 'removed';

/** One round trip where the tables exist; an empty history where they do not. */
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
      // A row that was applied, and whose row of Kysely's another tool took away by its own `down`, says nothing any more.
      if (row.kysely_timestamp) continue;
      notes.push({
        name: row.name,
        checksum: row.checksum ?? '',
        ...(row.started_at ? { startedAt: row.started_at.toISOString() } : {}),
        ...accepted,
      });
      continue;
    }
    // Applied once more by another tool: what we know is of the time before.
    const current = row.checksum && row.kysely_timestamp === row.timestamp;
    applied.push({
      name: row.name,
      timestamp: row.timestamp,
      ...(current
        ? {
            checksum: row.checksum!,
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

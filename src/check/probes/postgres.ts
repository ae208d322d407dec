import type { Json } from '../json.ts';

/** One SQL statement; `values` are its parameters `$1`, `$2`, …. */
export interface SqlStep {
  sql: string;
  /** Default: none. */
  values?: Json[];
}

/** The rows of a statement. */
export interface SqlRows {
  /** By name of the column. */
  rows: Record<string, Json>[];
  /** Number of rows that were returned or changed. */
  rowCount: number;
  /** Milliseconds that the statement took. */
  durationMs: number;
}

/** The result of a step of a session: its rows, or the SQLSTATE and message of its error. */
export type SqlOutcome = ({ ok: true } & SqlRows) | { ok: false; code: string; message: string };

/** `owner`: the configured connection. `application`: the connection or role that the application has. */
export type DatabaseRole = 'owner' | 'application';

/** Runs statements in PostgreSQL. */
export interface PostgresProbe {
  /** One statement in a read-only transaction. Rejects with a `ProbeError` that has the SQLSTATE as code. */
  query(
    step: SqlStep & {
      /** Default `owner`. */
      as?: DatabaseRole;
    },
  ): Promise<SqlRows>;
  /**
   * Steps one after another on one connection that is thrown away at the end, whatever transaction is still open with it.
   * Transactions are the caller's steps (`begin`, `savepoint`, `rollback`). A step that fails does not end the session.
   */
  session(session: {
    steps: SqlStep[];
    /** Default `owner`. */
    as?: DatabaseRole;
    /**
     * Statements of the owner that remove what the steps commit. They are recorded before the steps run, and run when the
     * attempt ends; after a kill, the next call runs them. They must do no harm where nothing was committed. Default: none.
     */
    undo?: SqlStep[];
  }): Promise<SqlOutcome[]>;
}

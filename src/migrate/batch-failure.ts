import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { FaultCode } from '../base/fault-codes.ts';
import { safeLine } from '../base/safe-text.ts';
import type { Connection } from './connection.ts';
import type { Step } from './load.ts';

/** Outcome of a group of migrations of which one failed. */
export interface BatchOutcome {
  failed: string;
  /** Migrations that its transaction rolled back, itself included; empty if it has none. */
  takenBack: Step[];
  note?: string;
}

export class BatchError extends Error {
  readonly outcome: BatchOutcome;

  constructor(cause: unknown, outcome: BatchOutcome) {
    super(messageOf(cause), { cause });
    this.outcome = outcome;
  }
}

/** Returns a Fault that reports the failure, what was rolled back and what remains of earlier groups. Returns other errors unchanged. */
export function explained(error: unknown, before: readonly Step[], connection: Connection): unknown {
  if (!(error instanceof BatchError)) return error;
  const { failed, takenBack, note } = error.outcome;
  const sqlState = codeOf(error.cause);
  const [code, exitCode, hint] = kindOf(sqlState, connection.lost());
  const { detail, where } = (error.cause ?? {}) as { detail?: unknown; where?: unknown };
  const goingUp = takenBack.every(({ direction }) => direction === 'up');
  const last = new Map(before.map(({ direction, migration }) => [migration.name, direction]));
  const stays = (wanted: Step['direction']) =>
    [...last].filter(([, direction]) => direction === wanted).map(([name]) => name);
  return new Fault({
    code,
    message: `${failed}: ${safeLine(error.message)}${sqlState ? ` (${sqlState})` : ''}`,
    details: [
      ...(typeof detail === 'string' ? [`detail: ${safeLine(detail)}`] : []),
      ...(typeof where === 'string' ? [`where: ${safeLine(where)}`] : []),
      ...named(
        goingUp ? 'rolled back' : 'still applied, as before',
        takenBack.map(({ migration }) => migration.name),
      ),
      ...(note ? [note] : []),
      ...named('stays applied', stays('up')),
      ...named('stays undone', stays('down')),
    ],
    hint,
    exitCode,
    cause: error.cause,
  });
}

function named(what: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${what}: ${[...new Set(names)].join(', ')}`] : [];
}

function kindOf(
  sqlState: string | undefined,
  lost: boolean,
): [code: FaultCode, exitCode: ExitCode, hint: string] {
  if (sqlState === '25006') {
    return [
      'database-read-only',
      ExitCode.unavailable,
      'is it a replica, or default_transaction_read_only on?',
    ];
  }
  if (sqlState === '53100')
    return ['disk-full', ExitCode.unavailable, 'make room on the disk of the database'];
  if (lost || (sqlState && /^(08|57P0|53)/.test(sqlState))) {
    return ['database-lost', ExitCode.unavailable, 'see the log of the database: meatymusic logs database'];
  }
  return ['migration-failed', ExitCode.checkFailed, 'fix the migration, then run the same command again'];
}

import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { FaultCode } from '../base/fault-codes.ts';

/** Runs the first write of a run; reports a database that is read-only. */
export async function writingHistory<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const sqlState = codeOf(error);
    const known: Record<string, [code: FaultCode, hint: string]> = {
      '25006': ['database-read-only', 'is it a replica, or is default_transaction_read_only on?'],
      '53100': ['disk-full', 'make room on the disk of the database'],
      '42501': ['database-refused', 'migrate as the owner of the schema: grant create on schema … to …'],
    };
    const [code, hint] = known[sqlState ?? ''] ?? [];
    if (!code || !hint) throw error;
    throw new Fault({
      code,
      message: `the history of the migrations cannot be written: ${messageOf(error)} (${sqlState})`,
      hint,
      exitCode: ExitCode.unavailable,
      cause: error,
    });
  }
}

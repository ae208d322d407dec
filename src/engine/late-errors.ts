import { writeSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import { catchStrayErrors } from './stray-errors.ts';

/**
 * Reports, until the process ends, what the timers and promises that a check left behind throw, also while the reports
 * are written; then the process exits with 70.
 */
export function reportLateErrors(): void {
  let isLate = false;
  catchStrayErrors((thrown, context) => {
    isLate = true;
    const source = context ? `the check ${context.checkId}` : 'something that the run left behind';
    const line = safeLine(
      `error[threw-after-return]: ${source} threw after the run had ended: ${messageOf(thrown)}`,
    );
    try {
      writeSync(2, `${line}\n`);
    } catch {
      // Standard error is closed; the exit code remains.
    }
  });
  process.once('exit', () => {
    if (isLate) process.exitCode = ExitCode.internal;
  });
}

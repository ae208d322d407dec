import { writeSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import { catchStrayErrors } from './stray-errors.ts';

/**
 * From the end of a run to the end of the process: what a check left behind may still throw, also while the reports are
 * written. It is named, and the process exits with 70.
 */
export function reportLateErrors(): void {
  let isLate = false;
  catchStrayErrors((thrown, context) => {
    isLate = true;
    const who = context ? `the check ${context.checkId}` : 'something that the run left behind';
    const line = safeLine(
      `error[threw-after-return]: ${who} threw after the run had ended: ${messageOf(thrown)}`,
    );
    try {
      writeSync(2, `${line}\n`);
    } catch {
      // Nobody reads it; the exit code still says it.
    }
  });
  process.once('exit', () => {
    if (isLate) process.exitCode = ExitCode.internal;
  });
}

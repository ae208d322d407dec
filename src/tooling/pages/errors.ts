import { ExitCode } from '../../base/exit-code.ts';
import { faultCodes } from '../../base/fault-codes.ts';
import { cell, generated, page, table } from './text.ts';

const exitMeanings: Readonly<Record<keyof typeof ExitCode, string>> = {
  ok: 'All required checks passed, or their failures are waived',
  checkFailed: 'A check failed, or a migration',
  usage: 'The command line is not valid, no check is selected, or every check is skipped or waived',
  unavailable: 'The environment is not available: no daemon, a port that is taken, a stack that does not run',
  internal: 'A defect of meatymusic, of a check or of a plugin',
  cannotWrite: 'A report, evidence or state could not be written',
  locked: 'Another command holds the lock',
  config: 'The configuration is not valid, or the migrations are not in order',
  deadline: 'The deadline of the run, of starting a stack or of a migration passed',
  hangup: 'SIGHUP',
  interrupted: 'SIGINT: Ctrl-C',
  brokenPipe: 'The reader of standard output went away',
  terminated: 'SIGTERM',
};

/** Returns the page of the exit codes and of the codes of all errors. */
export function errorsPage(): string {
  const exits = Object.entries(ExitCode).map(([name, code]) => [
    `${code}`,
    cell(exitMeanings[name as keyof typeof ExitCode]),
  ]);
  const codes = Object.entries(faultCodes)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([code, [exitCodes, means]]) => [
      `<a id="${code}"></a>\`${code}\``,
      exitCodes.join(', '),
      cell(means),
    ]);
  return page([
    '# Errors and exit codes',
    '',
    generated,
    '',
    'A check that fails is a result, not an error: its codes are on the [page of the check](checks/README.md). An error',
    'ends a command; it is printed as `error[code]: …` on standard error, with what to do next, or as `{ "error": { … } }` with `--json`.',
    'The library throws the same errors as `Fault`, with `code`, `message`, `hint`, `details` and `exitCode`.',
    '',
    '## Exit codes',
    '',
    'If several apply, a signal wins over 70, 70 over 124, 124 over 73, and 73 over 1.',
    '',
    ...table(['exit code', 'meaning'], exits),
    '',
    '## Error codes',
    '',
    ...table(['code', 'exit code', 'meaning'], codes),
    '',
  ]);
}

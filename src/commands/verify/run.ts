import { closeSync } from 'node:fs';
import { type VerifyOptions, verify } from '../../api.ts';
import type { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { Project } from '../../config/project.ts';
import { reportLateErrors } from '../../engine/late-errors.ts';
import { startStallGuard } from '../../engine/stall-guard.ts';
import type { OpenReport } from '../../reporters/index.ts';
import type { LiveProgress } from '../../reporters/live.ts';
import { createPlainProgress } from '../../reporters/plain-progress.ts';
import { createPastVerdicts } from '../../session/run-history.ts';
import type { Invocation } from '../invocation.ts';
import { mostSevereExitCode } from '../process.ts';
import { lineFor } from '../style.ts';
import { writeReports, writeReportsNow } from './reports.ts';

/** Beyond the time of an attempt: how long the process may be busy without a break. */
const stallGraceMs = 1000;

/** Verifies a stack, shows the progress and writes the reports. Resolves to the exit code. */
export async function runVerify(
  invocation: Invocation,
  project: Project,
  reports: readonly OpenReport[],
  options: VerifyOptions,
): Promise<ExitCode> {
  const { stderr, signal } = invocation;
  let printed: Promise<void> = Promise.resolve();
  const print = (line: string) => {
    printed = printed.then(() => stderr.write(lineFor(stderr, line)));
    printed.catch(() => {});
  };
  const note = (text: string) => print(`note: ${safeLine(text, 1000)}`);
  const faults: Fault[] = [];
  const live = await createProgress(invocation);
  let stopGuard = () => {};
  const guarded: VerifyOptions = {
    ...options,
    signal,
    onNotice: note,
    onFault: (fault) => faults.push(fault),
    onStart({ checks, abandon }) {
      stopGuard = startStallGuard({
        atOnce: checks.some(({ isBounded }) => !isBounded),
        quietMs: project.config.verify.timeout + stallGraceMs,
        deadlineMs: project.config.verify.deadline,
        onStall(checkId) {
          writeReportsNow(abandon(checkId), reports, invocation);
          // Hides what Node.js prints at the end of a process that waits for its inspector, which the watchdog uses.
          closeSync(2);
          process.exit(ExitCode.deadline);
        },
      });
    },
    onEvent(event) {
      live?.listener(event);
      if (event.type !== 'run-end') return;
      stopGuard();
      reportLateErrors();
    },
  };
  try {
    const result = await verify(project, guarded);
    await live?.end();
    const beside = options.from ? {} : { history: createPastVerdicts(project, result, note) };
    faults.push(...(await writeReports(result, reports, invocation, beside)));
    for (const { code, message, details } of faults) {
      print(`error[${code}]: ${message}`);
      for (const line of details) print(`  ${line}`);
    }
    await printed;
    return mostSevereExitCode([result.exitCode, ...faults.map(({ exitCode }) => exitCode)]) as ExitCode;
  } finally {
    stopGuard();
    await live?.end();
  }
}

/** Progress that is redrawn on a terminal; elsewhere only the progress lines of long calls. */
async function createProgress({ stderr, quiet }: Invocation): Promise<LiveProgress | undefined> {
  if (quiet) return undefined;
  if (!stderr.isTerminal) return createPlainProgress(stderr);
  const { createLiveProgress } = await import('../../reporters/live.ts');
  return createLiveProgress(stderr);
}

import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import path from 'node:path';
import { AwaitTimeout, awaitUntil } from '../../base/await-until.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { distFolder } from '../../base/package-root.ts';
import { openLogSync } from '../../base/write-file.ts';
import type { UpOptions } from '../runtime.ts';
import { logFile, readState, removeState, type SupervisorState, stackFolder, stackMark } from '../state.ts';
import { fileSize, lastLines, rotateLog } from './log-files.ts';
import type { SupervisorPlan } from './plan.ts';

const launchMs = 15_000;

export interface LaunchOptions extends Pick<UpOptions, 'signal'> {
  root: string;
  /** Environment of the supervisor. */
  environment: Record<string, string>;
  /** Called before the supervisor gets the plan. Throws a `Fault` if the services cannot be started. */
  prepare(plan: SupervisorPlan): void;
}

/**
 * Starts the supervisor, which outlives this process, and resolves once it takes commands. It gets the plan as soon as
 * there is one: Node.js starts meanwhile.
 */
export async function launchSupervisor(
  planned: Promise<SupervisorPlan>,
  { root, environment, prepare, signal }: LaunchOptions,
): Promise<SupervisorState> {
  rotateLog(root, 'supervisor');
  const log = logFile(root, 'supervisor');
  const start = fileSize(log);
  const descriptor = openLogSync(log);
  const child = spawn(process.execPath, [path.join(distFolder, 'supervisor.js')], {
    cwd: stackFolder(root),
    env: { ...environment, ...stackMark(root) },
    stdio: ['pipe', descriptor, descriptor],
    detached: true,
  });
  closeSync(descriptor);
  let exit: string | undefined;
  child.once('exit', (code, name) => {
    exit = name ?? `exit code ${code}`;
  });
  child.once('error', (error) => {
    exit = error.message;
  });
  child.stdin?.on('error', () => {});
  try {
    const plan = await planned;
    prepare(plan);
    for (const { name } of plan.services) rotateLog(root, name);
    child.stdin?.end(JSON.stringify(plan));
    return await awaitUntil(
      () => {
        if (exit !== undefined) throw ended(exit, lastLines(log, 20, start));
        const { supervisor: state } = readState(root);
        return state?.supervisor.pid === child.pid ? state : undefined;
      },
      { what: 'the supervisor', withinMs: launchMs, intervalMs: 5, maxIntervalMs: 25, signal },
    );
  } catch (error) {
    child.kill('SIGKILL');
    if (readState(root).supervisor?.supervisor.pid === child.pid) removeState(root, 'supervisor');
    if (!(error instanceof AwaitTimeout)) throw error;
    throw error.cause instanceof Fault ? error.cause : ended('no answer', lastLines(log, 20, start));
  } finally {
    child.unref();
  }
}

function ended(how: string, lines: readonly string[]): Fault {
  // On a full disk its log says nothing.
  const isUnwritable = how === `exit code ${ExitCode.cannotWrite}`;
  return new Fault({
    ...(isUnwritable ? unwritable : notStarted(how)),
    details: lines,
  });
}

const unwritable = {
  code: 'cannot-write',
  message: 'the supervisor of the stack cannot write its state below .meatymusic',
  hint: 'look for free space and for the rights of that folder',
  exitCode: ExitCode.cannotWrite,
} as const;

function notStarted(how: string) {
  return {
    code: 'supervisor-failed',
    message: `the supervisor of the stack did not start: ${how}`,
    hint: 'its log: .meatymusic/logs/supervisor.log',
    exitCode: ExitCode.unavailable,
  } as const;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { ExitCode } from '../../base/exit-code.ts';
import type { RunResult } from '../../check/result.ts';
import type { Invocation } from '../invocation.ts';
import { ownCall } from '../own-call.ts';

export interface ChildRun {
  /** Interrupts the run, which restores what its checks changed. */
  interrupt(): void;
  readonly ended: Promise<{ exitCode: number; result: RunResult | undefined }>;
}

/** Starts a call that shows its progress and its report on this terminal, and writes its result to `resultFile`. */
export function startChild(invocation: Invocation, args: readonly string[], resultFile: string): ChildRun {
  const { file, args: all } = ownCall(invocation, args);
  rmSync(resultFile, { force: true });
  const env = { ...invocation.env, ...(invocation.stdout.color ? {} : { NO_COLOR: '1' }) };
  const child: ChildProcess = spawn(file, all, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  return {
    interrupt: () => void child.kill('SIGINT'),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) =>
        resolve({ exitCode: code ?? ExitCode.internal, result: readResult(resultFile) }),
      );
    }),
  };
}

/** `undefined`: the run ended before it had a result. */
function readResult(file: string): RunResult | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunResult;
  } catch {
    return undefined;
  }
}

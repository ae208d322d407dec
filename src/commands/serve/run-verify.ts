import { spawn } from 'node:child_process';
import { formatDuration } from '../../base/duration.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { RunResult } from '../../check/result.ts';
import type { Invocation } from '../invocation.ts';
import { ownCall } from '../own-call.ts';

export interface VerifyCall {
  /** Arguments of `verify`, without `--json`. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Longest time of the process. */
  withinMs: number;
  signal: AbortSignal;
  /** Receives each line of its standard error. */
  onLine(line: string): void;
}

const mostOutputBytes = 256 * 1024 * 1024;
/** From SIGTERM to SIGKILL. */
const graceMs = 10_000;

/** Runs `verify` once in a process. Resolves to its result; rejects with its `Fault`. At the abort it is interrupted, and is awaited. */
export function runVerifyProcess(invocation: Invocation, call: VerifyCall): Promise<RunResult> {
  const { file, args } = ownCall({ ...invocation, quiet: true }, ['verify', ...call.args, '--json']);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: call.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    const lastLines: string[] = [];
    let size = 0;
    let isLate = false;
    let rest = '';
    let killTimer: NodeJS.Timeout | undefined;
    const end = () => {
      child.kill('SIGTERM');
      killTimer ??= setTimeout(() => child.kill('SIGKILL'), graceMs);
    };
    const deadline = setTimeout(() => {
      isLate = true;
      end();
    }, call.withinMs);
    call.signal.addEventListener('abort', end, { once: true });
    if (call.signal.aborted) end();
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostOutputBytes) chunks.push(chunk);
      else end();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-10_000);
      for (const line of lines) {
        lastLines.push(line);
        if (lastLines.length > 10) lastLines.shift();
        call.onLine(line);
      }
    });
    child.once('error', (cause) => settle(() => reject(notStarted(cause))));
    child.once('close', (code, signalName) => {
      settle(() => {
        const text = Buffer.concat(chunks).toString();
        const outcome = isLate ? tooLate(call.withinMs) : parseOutcome(text);
        if (outcome instanceof Fault) return reject(outcome);
        if (outcome) return resolve(outcome);
        return reject(noResult(signalName ?? `exit code ${code}`, lastLines));
      });
    });
    function settle(how: () => void): void {
      clearTimeout(deadline);
      clearTimeout(killTimer);
      call.signal.removeEventListener('abort', end);
      how();
    }
  });
}

/** The document of `verify --json`: a result, or an error. */
function parseOutcome(text: string): RunResult | Fault | undefined {
  try {
    const document = JSON.parse(text);
    if (document?.error) return new Fault(document.error);
    return Array.isArray(document?.checks) && typeof document.ok === 'boolean' ? document : undefined;
  } catch {
    return undefined;
  }
}

function notStarted(cause: Error): Fault {
  return new Fault({
    code: 'run-not-started',
    message: `the run could not be started: ${cause.message}`,
    exitCode: ExitCode.unavailable,
    cause,
  });
}

function tooLate(withinMs: number): Fault {
  return new Fault({
    code: 'run-timeout',
    message: `the run did not end within ${formatDuration(withinMs)} and was ended`,
    hint: 'meatymusic verify --verbose shows what takes so long',
    exitCode: ExitCode.deadline,
  });
}

function noResult(end: string, lastLines: readonly string[]): Fault {
  return new Fault({
    code: 'run-without-result',
    message: `the run ended with ${end} and without a result`,
    hint: 'meatymusic verify shows it',
    details: lastLines.map((line) => safeLine(line)),
  });
}

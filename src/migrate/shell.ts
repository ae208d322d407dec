import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { formatDuration } from '../base/duration.ts';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import { LineSplitter } from '../logs/lines.ts';

export interface ShellOptions {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Called for each line of both streams. */
  onLine?: ((line: string) => void) | undefined;
}

export interface ShellOutcome {
  /** `null` if a signal ended it. */
  exitCode: number | null;
  endedBy: NodeJS.Signals | null;
  /** Last lines of both streams. */
  lines: string[];
  durationMs: number;
}

const keptLines = 40;
const lineBytes = 64 * 1024;
/** Time between SIGTERM and SIGKILL, in which a tool can roll back. */
const graceMs = 1000;

/**
 * Runs a command of the configuration in a shell and a process group of its own, which ends with the command. Rejects
 * with a Fault if it cannot run (78) or does not end in time (124), and with the reason of `signal`.
 */
export async function runInShell(command: string, options: ShellOptions): Promise<ShellOutcome> {
  const { cwd, env, timeoutMs, signal, onLine } = options;
  signal?.throwIfAborted();
  if (!existsSync(cwd)) throw cannotRun(command, `the folder ${cwd} does not exist`, 'check migrations.cwd');
  const startedAt = performance.now();
  const child = spawn('/bin/sh', ['-c', command], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const take = (stream: NodeJS.ReadableStream) => {
    const splitter = new LineSplitter(({ bytes }) => {
      const line = safeLine(bytes.toString('utf8'));
      if (line === '') return;
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      onLine?.(line);
    }, lineBytes);
    stream.on('data', (chunk: Buffer) => splitter.push(chunk));
    stream.on('end', () => splitter.end());
  };
  take(child.stdout);
  take(child.stderr);
  const kill = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // The group has ended.
    }
  };
  const killAtExit = () => kill('SIGKILL');
  process.once('exit', killAtExit);
  let late: Fault | undefined;
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    kill('SIGTERM');
    killing ??= setTimeout(() => kill('SIGKILL'), graceMs);
  };
  const timer = setTimeout(() => {
    late = new Fault({
      code: 'migration-timeout',
      message: `\`${safeLine(command, 80)}\` did not end within ${formatDuration(timeoutMs)}`,
      details: lines.slice(-5),
      hint: 'migrations.timeout gives more time',
      exitCode: ExitCode.deadline,
    });
    end();
  }, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  try {
    const ended = await new Promise<Pick<ShellOutcome, 'exitCode' | 'endedBy'>>((resolve, reject) => {
      child.once('error', (error) =>
        reject(cannotRun(command, error.message, 'check migrations.cwd', error)),
      );
      child.once('exit', () => kill('SIGKILL'));
      // After the end of both streams: no line is lost.
      child.once('close', (exitCode, endedBy) => resolve({ exitCode, endedBy }));
    });
    signal?.throwIfAborted();
    if (late) throw late;
    if (ended.exitCode === 127 || ended.exitCode === 126) {
      const reason = lines.at(-1) ?? `the shell ended with ${ended.exitCode}`;
      throw cannotRun(
        command,
        reason,
        'is it installed, and in the PATH of this shell (virtual environment, npx)?',
      );
    }
    return { ...ended, lines, durationMs: performance.now() - startedAt };
  } finally {
    clearTimeout(timer);
    clearTimeout(killing);
    signal?.removeEventListener('abort', end);
    process.off('exit', killAtExit);
  }
}

function cannotRun(command: string, reason: string, hint: string, cause?: unknown): Fault {
  return new Fault({
    code: 'migrations-command',
    message: `\`${safeLine(command, 80)}\` cannot be run: ${reason}`,
    hint,
    exitCode: ExitCode.config,
    ...(cause === undefined ? {} : { cause }),
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { awaitUntil } from '../../base/await-until.ts';
import { formatDuration } from '../../base/duration.ts';
import { Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { identifyProcess, type ProcessIdentity } from '../../base/process-identity.ts';
import { openLogSync } from '../../base/write-file.ts';
import { logFile, stackFolder, stackMark } from '../state.ts';
import { askHealth } from './health.ts';
import { fileSize, lastLines } from './log-files.ts';
import type { ServiceSpec } from './services.ts';

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  atMs: number;
  /** Nobody asked for it. */
  unexpected: boolean;
}

/** One run of a service's program. Its output goes straight to the log file, so that no other process's end can hurt it. */
export class ServiceProcess {
  readonly spec: ServiceSpec;
  readonly identity: ProcessIdentity | undefined;
  readonly startedAtMs = Date.now();
  /** Resolves when it has ended. */
  readonly ended: Promise<ChildExit>;
  exit: ChildExit | undefined;
  readonly #root: string;
  readonly #child: ChildProcess;
  readonly #logStart: number;
  #stopping = false;

  constructor(root: string, spec: ServiceSpec, further: Record<string, string>) {
    this.#root = root;
    this.spec = spec;
    const file = logFile(root, spec.service);
    this.#logStart = fileSize(file);
    const log = openLogSync(file);
    try {
      this.#child = spawn(spec.program, spec.args, {
        cwd: stackFolder(root),
        env: { ...spec.environment, ...further, ...stackMark(root) },
        stdio: ['ignore', log, log],
        // A process group of its own: its children are found, and a Ctrl-C at the terminal does not reach it.
        detached: true,
      });
    } finally {
      closeSync(log);
    }
    this.identity = this.#child.pid === undefined ? undefined : identifyProcess(this.#child.pid);
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        if (this.exit) return;
        this.exit = { code, signal, atMs: Date.now(), unexpected: !this.#stopping };
        this.#signalGroup('SIGKILL');
        resolve(this.exit);
      };
      this.#child.once('exit', end);
      this.#child.once('error', () => end(null, null));
    });
  }

  /** Resolves once it is healthy; rejects when it ends before, or at the deadline. */
  async awaitHealth(withinMs: number, signal: AbortSignal): Promise<void> {
    const { spec } = this;
    const given = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    let lastFailure: unknown;
    while (!this.exit) {
      try {
        await Promise.race([askHealth(spec.health, spec.port, 2000), this.ended]);
        if (!this.exit) return;
      } catch (error) {
        lastFailure = error;
      }
      if (this.exit) break;
      if (given.aborted) {
        signal.throwIfAborted();
        throw this.#fault(
          'start-timeout',
          `${spec.service} was not healthy within ${formatDuration(withinMs)}: ${messageOf(lastFailure)}`,
        );
      }
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 15)), this.ended]);
    }
    throw this.endedFault();
  }

  /** SIGTERM, then after `graceMs` SIGKILL; resolves when it has gone and its port refuses. */
  async stop(graceMs: number): Promise<void> {
    if (this.exit) return;
    this.#stopping = true;
    this.#signalGroup('SIGTERM');
    const timer = setTimeout(() => {
      this.#signalGroup('SIGKILL');
    }, graceMs);
    // A stopped process takes no SIGTERM.
    this.#signalGroup('SIGCONT');
    await this.ended;
    clearTimeout(timer);
  }

  describeExit(): string {
    if (!this.exit) return 'runs';
    const { code, signal } = this.exit;
    return signal
      ? `was killed by ${signal}`
      : code === null
        ? 'could not be started'
        : `ended with exit code ${code}`;
  }

  lastLines(count = 20): string[] {
    return lastLines(logFile(this.#root, this.spec.service), count, this.#logStart);
  }

  /** Why it has ended, in the words of its own log. */
  endedFault(): Fault {
    return this.#fault('service-exited', `${this.spec.service} ${this.describeExit()}`);
  }

  #fault(code: 'start-timeout' | 'service-exited', message: string): Fault {
    const isLate = code === 'start-timeout';
    const logs = `meatymusic logs ${this.spec.service}`;
    const lines = this.lastLines();
    const known = lines.map(knownProblem).find((problem) => problem !== undefined);
    return new Fault({
      code: known?.code ?? code,
      message: known ? `${message}: ${known.message}` : message,
      hint: known?.hint ?? (isLate ? `give it longer with --timeout; ${logs}` : logs),
      exitCode: isLate && !known ? ExitCode.deadline : ExitCode.unavailable,
      details: lines,
    });
  }

  #signalGroup(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // Nothing of the group is left.
    }
  }
}

/** Reasons that our own processes and common servers log when they cannot start. */
function knownProblem(line: string): { code: string; message: string; hint: string } | undefined {
  if (line.includes('data-folder-in-use')) {
    return {
      code: 'data-folder-in-use',
      message: /"message":"([^"]*)"/.exec(line)?.[1] ?? 'data folder in use',
      hint: 'stop the stack that uses it: meatymusic down, in its folder',
    };
  }
  if (/EADDRINUSE|Address already in use/i.test(line)) {
    return { code: 'port-taken', message: 'its port is taken', hint: 'meatymusic up --ports auto' };
  }
  return undefined;
}

/** Resolves when nothing accepts connections on this port of 127.0.0.1 any more. */
export async function awaitRefusal(spec: ServiceSpec, signal: AbortSignal): Promise<void> {
  const { answers } = await import('../tcp.ts');
  await awaitUntil(
    async () => ((await answers({ host: '127.0.0.1', port: spec.port, withinMs: 500 })) ? undefined : true),
    { what: `${spec.service} to go`, withinMs: 5000, signal },
  );
}

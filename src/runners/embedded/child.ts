import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { formatDuration } from '../../base/duration.ts';
import { Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { identifyProcess, type ProcessIdentity } from '../../base/process-identity.ts';
import { openLogSync } from '../../base/write-file.ts';
import { logFile, stackFolder, stackMark } from '../state.ts';
import { askHealth } from './health.ts';
import { fileSize, lastLines } from './log-files.ts';
import { describeTaken, isFree, portTakenHint } from './ports.ts';
import { isListeningReport } from './report.ts';
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
  #listens = false;
  #hasBeenHealthy = false;
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
        // Our own programs report over a channel of their own that they listen.
        stdio: [
          spec.input === undefined ? 'ignore' : 'pipe',
          log,
          log,
          spec.listeningLine ? 'ignore' : 'ipc',
        ],
        // A process group of its own: its children are found, and a Ctrl-C at the terminal does not reach it.
        detached: true,
      });
    } finally {
      closeSync(log);
    }
    this.#child.stdin?.on('error', () => {});
    this.#child.stdin?.end(spec.input);
    this.#child.on('message', (message) => {
      this.#listens ||= isListeningReport(message, spec.port);
    });
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

  /**
   * Whether this process itself has reported that it holds its port. While it does and runs, no other process can answer
   * there; before, another one may.
   */
  get listens(): boolean {
    const { listeningLine } = this.spec;
    if (!this.#listens && listeningLine)
      this.#listens = this.lastLines().some((line) => listeningLine.test(line));
    return this.#listens && !this.exit;
  }

  get hasBeenHealthy(): boolean {
    return this.#hasBeenHealthy;
  }

  /** Resolves when it answers as it should; rejects with why not. Nothing is sent to a port that it does not hold. */
  async askHealth(): Promise<void> {
    if (!this.listens) throw new Error('it does not listen yet');
    await Promise.race([askHealth(this.spec.health, this.spec.port, 2000), this.ended]);
    if (this.exit) throw new Error(this.describeExit());
    this.#hasBeenHealthy = true;
  }

  /** Resolves once it is healthy; rejects when it ends before, or at the deadline. */
  async awaitHealth(withinMs: number, signal: AbortSignal): Promise<void> {
    const { spec } = this;
    const given = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    let lastFailure: unknown;
    while (!this.exit) {
      try {
        return await this.askHealth();
      } catch (error) {
        lastFailure = error;
      }
      if (this.exit) break;
      if (given.aborted) {
        signal.throwIfAborted();
        throw await this.#fault(
          'start-timeout',
          `${spec.service} was not healthy within ${formatDuration(withinMs)}: ${messageOf(lastFailure)}`,
        );
      }
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 15)), this.ended]);
    }
    throw await this.endedFault();
  }

  /** SIGTERM, then after `graceMs` SIGKILL; resolves when it has gone, and its port with it. */
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
  endedFault(): Promise<Fault> {
    return this.#fault('service-exited', `${this.spec.service} ${this.describeExit()}`);
  }

  async #fault(code: 'start-timeout' | 'service-exited', message: string): Promise<Fault> {
    const isLate = code === 'start-timeout';
    const logs = `meatymusic logs ${this.spec.service}`;
    const lines = this.lastLines();
    const known = lines.map(knownProblem).find((problem) => problem !== undefined);
    if (known?.code === 'port-taken') known.message = await this.#describeTaken();
    return new Fault({
      code: known?.code ?? code,
      message: known ? `${message}: ${known.message}` : message,
      hint: known?.hint ?? (isLate ? `give it longer with --timeout; ${logs}` : logs),
      exitCode: isLate && !known ? ExitCode.deadline : ExitCode.unavailable,
      details: lines,
    });
  }

  async #describeTaken(): Promise<string> {
    const { service, port, furtherPorts = [] } = this.spec;
    for (const each of [port, ...furtherPorts]) {
      if (!(await isFree(each))) return describeTaken(each, service);
    }
    return `port ${port} was taken, and is free again`;
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
    return { code: 'port-taken', message: 'its port is taken', hint: portTakenHint };
  }
  return undefined;
}

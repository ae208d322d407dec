import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { promisify } from 'node:util';
import { pause } from '../../base/await-until.ts';
import { messageOf } from '../../base/errors.ts';
import { identifyProcess, type ProcessIdentity } from '../../base/process-identity.ts';
import { openLogSync } from '../../base/write-file.ts';
import { findReached } from '../listening-sockets.ts';
import { describeHolder, portHolder } from '../port-holder.ts';
import { listProcesses, type ProcessRow } from '../process-list.ts';
import { logFile, markFileOf, stackMark } from '../state.ts';
import { askHealth } from './health.ts';
import { LogSearch, RunLog } from './log-files.ts';
import type { ServiceSpec } from './references.ts';
import { ProcessTree } from './tree.ts';

export interface RunExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  error?: NodeJS.ErrnoException;
  /** True if nothing here has stopped it. */
  unexpected: boolean;
  /** Processes of the service that were still running when its first one ended without being stopped. */
  left: ProcessIdentity[];
}

/** Longest time of one question; a development server compiles a page when it is asked for it. */
const questionMs = { usual: 2000, http: 10_000 };
/** A program that does nothing for this long has started; one that never rests counts as started after the longer time. */
const restMs = 300;
/** Most time between two looks that counts as observed: a supervisor that gets no processor time sees nothing of its services. */
const longestGapMs = 100;
const longestStartMs = 10_000;
/** How long the rest of a service has to end by itself after its first process ended without being stopped. */
const strayGraceMs = 1000;
const killedWithinMs = 5000;

/**
 * One run of a service's program, with every process that it starts. Its output goes straight to the log file, so that
 * the end of the supervisor does not disturb it.
 */
export class ServiceRun {
  readonly spec: ServiceSpec;
  readonly identity: ProcessIdentity | undefined;
  readonly startedAtMs = Date.now();
  /** Resolves when its first process has ended. */
  readonly ended: Promise<RunExit>;
  /** Resolves when all of its processes have ended. */
  readonly gone: Promise<void>;
  exit: RunExit | undefined;
  hasBeenReady = false;
  readonly tree: ProcessTree | undefined;
  readonly #root: string;
  readonly #child: ChildProcess;
  readonly log: RunLog;
  readonly #logSearch: LogSearch | undefined;
  #activity: { fingerprint?: string; atMs?: number; ranMs: number; restedMs: number } = {
    ranMs: 0,
    restedMs: 0,
  };
  #stopping = false;

  constructor(root: string, spec: ServiceSpec, further: Record<string, string>) {
    this.#root = root;
    this.spec = spec;
    const file = logFile(root, spec.name);
    this.log = new RunLog(file);
    if (spec.ready.kind === 'log') this.#logSearch = new LogSearch(file, spec.ready.pattern, this.log.start);
    const mark = { MEATYMUSIC_RUN: randomBytes(12).toString('hex') };
    const output = openLogSync(file);
    const markFile = markFileOf(root, spec.name);
    const inherited = openLogSync(markFile);
    try {
      const [program, args] =
        'shell' in spec.program
          ? ['/bin/sh', ['-c', spec.program.shell]]
          : [spec.program.file, spec.program.args];
      this.#child = spawn(program, args, {
        cwd: spec.cwd,
        env: { ...spec.environment, ...further, ...stackMark(root), ...mark },
        stdio: [spec.input === undefined ? 'ignore' : 'pipe', output, output, inherited],
        // A session of its own: its processes are found, and a Ctrl-C at the terminal does not reach it.
        detached: true,
      });
    } finally {
      closeSync(output);
      closeSync(inherited);
    }
    this.#child.stdin?.on('error', () => {});
    this.#child.stdin?.end(spec.input);
    this.identity = this.#child.pid === undefined ? undefined : identifyProcess(this.#child.pid);
    if (this.identity)
      this.tree = new ProcessTree(this.identity, `MEATYMUSIC_RUN=${mark.MEATYMUSIC_RUN}`, markFile);
    this.ended = new Promise((resolve) => {
      const end = (exit: Pick<RunExit, 'code' | 'signal' | 'error'>) => {
        if (this.exit) return;
        const unexpected = !this.#stopping;
        // Who stops it looks for the rest of it anyway.
        const left = (unexpected && this.tree?.members({ thorough: true })) || [];
        this.exit = { ...exit, unexpected, left };
        resolve(this.exit);
      };
      this.#child.once('exit', (code, signal) => end({ code, signal }));
      this.#child.once('error', (error) => end({ code: null, signal: null, error }));
    });
    this.gone = this.ended.then((exit) => (exit.unexpected ? this.#endStrays() : undefined));
  }

  /** Resolves when it is ready, and rejects with why not. Nothing is sent to a port that its own processes do not hold. */
  async askReady(): Promise<void> {
    if (this.exit) throw new Error(this.describeExit());
    const question = this.#ask();
    question.catch(() => {});
    await Promise.race([question, this.ended]);
    if (this.exit) throw new Error(this.describeExit());
    this.hasBeenReady = true;
  }

  async #ask(): Promise<void> {
    const { ready, port = 0 } = this.spec;
    const asked = ready.kind === 'port' ? (ready.port ?? port) : port;
    const host = asked > 0 ? await this.#hostOf(asked) : '127.0.0.1';
    const withinMs = ready.kind === 'http' ? questionMs.http : questionMs.usual;
    switch (ready.kind) {
      case 'runs':
        if (!this.hasBeenReady && !this.#hasSettled(ready.forMs)) throw new Error('it is still starting');
        return;
      case 'log':
        if (!this.#logSearch?.found()) throw new Error(`no line of its output matches /${ready.pattern}/`);
        return;
      case 'command':
        return this.#askCommand(ready.command);
      default:
        return askHealth(ready, { host, port: asked }, withinMs);
    }
  }

  /** Returns true once it was seen running for this long and waits for something, or has been busy for a long time. */
  #hasSettled(forMs: number): boolean {
    const atMs = Date.now();
    const { isBusy, fingerprint } = this.tree?.activity() ?? { isBusy: true, fingerprint: '' };
    const before = this.#activity;
    const gapMs = Math.min(atMs - (before.atMs ?? atMs), longestGapMs);
    const ranMs = before.ranMs + gapMs;
    const rests = !isBusy && fingerprint === before.fingerprint;
    const restedMs = rests ? before.restedMs + gapMs : 0;
    this.#activity = { fingerprint, atMs, ranMs, restedMs };
    return ranMs >= longestStartMs || (ranMs >= forMs && restedMs >= restMs);
  }

  /** Resolves to the host at which its own processes answer on the port. */
  async #hostOf(port: number): Promise<string> {
    const reached = await findReached(port, this.tree?.search() ?? []);
    switch (reached.by) {
      case 'own':
        return reached.host;
      case 'own-elsewhere':
        throw new Error(`it listens on ${reached.host}, which is not an address of localhost`);
      case 'other':
        throw new Error(`port ${port} is held by ${describeHolder(await portHolder(port))}, not by it`);
      case 'none':
        throw new Error(`it does not listen on port ${port} yet`);
    }
  }

  async #askCommand(command: string): Promise<void> {
    const { cwd, environment } = this.spec;
    const env = { ...environment, ...stackMark(this.#root) };
    try {
      await promisify(execFile)('/bin/sh', ['-c', command], { cwd, env, timeout: questionMs.http });
    } catch (error) {
      const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
      const last = stderr.trim().split('\n').at(-1);
      throw new Error(`\`${command}\` ended with ${code ?? 'a timeout'}${last ? `: ${last}` : ''}`);
    }
  }

  /** Returns the PIDs of its processes. */
  pids(rows: readonly ProcessRow[] = listProcesses()): number[] {
    return this.tree?.members({ rows }).map(({ pid }) => pid) ?? [];
  }

  /** Resolves to the address at which its own processes answer: `127.0.0.1:8000`, `[::1]:8000`. */
  async address(): Promise<string | undefined> {
    const { port } = this.spec;
    if (port === undefined || this.exit) return undefined;
    const reached = await findReached(port, this.tree?.search() ?? []);
    if (reached.by !== 'own') return undefined;
    return `${reached.host.includes(':') ? `[${reached.host}]` : reached.host}:${port}`;
  }

  /**
   * Sends the stop signal to all of its processes, and SIGKILL to those that are left after the grace time. Resolves when
   * all have ended, and their ports with them.
   */
  async stop({ signal, graceMs }: ServiceSpec['stop'] = this.spec.stop): Promise<void> {
    if (!this.tree) return;
    this.#stopping = true;
    await this.#end(signal, graceMs);
    await this.gone;
  }

  #endStrays(): Promise<void> {
    return this.#end('SIGTERM', strayGraceMs);
  }

  async #end(signal: NodeJS.Signals, graceMs: number): Promise<void> {
    const { tree } = this;
    if (!tree || (this.exit && tree.members({ thorough: true }).length === 0)) return;
    // A stopped process takes no other signal before it continues.
    tree.signal(signal, 'SIGCONT');
    if (await this.#awaitEnd(graceMs)) return;
    const endMs = performance.now() + killedWithinMs;
    do tree.signal('SIGKILL');
    while (!(await this.#awaitEnd(250)) && performance.now() < endMs);
  }

  /** Resolves to whether all of it has ended in time. */
  async #awaitEnd(withinMs: number): Promise<boolean> {
    const { tree } = this;
    const endMs = performance.now() + withinMs;
    for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 1.3, 50)) {
      if (this.exit && (tree?.members({ thorough: true }).length ?? 0) === 0) return true;
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) return false;
      await Promise.race([pause(Math.min(pauseMs, leftMs)), ...(this.exit ? [] : [this.ended])]);
    }
  }

  describeExit(): string {
    if (!this.exit) return 'runs';
    const { code, signal, error } = this.exit;
    if (error) return `could not be started: ${messageOf(error)}`;
    return signal ? `was killed by ${signal}` : `ended with exit code ${code}`;
  }

  /** Looks for the line that says that it is ready, before its log is shortened. */
  readLog(): void {
    this.#logSearch?.found();
  }

  lastLines(count = 20): string[] {
    return this.log.lastLines(count);
  }
}

import { pause } from '../../base/await-until.ts';
import { codeOf, type Fault } from '../../base/errors.ts';
import type { ProcessIdentity } from '../../base/process-identity.ts';
import { describeHolder } from '../port-holder.ts';
import { type ProcessRow, residentBytes } from '../process-list.ts';
import type { ServiceStatus } from '../runtime.ts';
import { explainExit, explainTimeout, explainWaiting } from './explain.ts';
import { rotateLog } from './log-files.ts';
import type { ServiceSpec } from './references.ts';
import { isReusedAlive, type Reused } from './reuse.ts';
import { type RunExit, ServiceRun } from './run.ts';

/** Restarts of a failing service in a row; a run of `steadyMs` begins a new row. */
const maxRestarts = 5;
const steadyMs = 60_000;
const firstBackoffMs = 100;
const pollMs = { first: 5, longest: 60 };
/** After this time it is said what a service is waiting for. */
const saysAfterMs = 5000;
const maxLogBytes = 16 * 1024 * 1024;
/** A port may be in use for a moment by a connection that went out. */
const portPatienceMs = 5000;

type Report = (state: string, detail?: string) => void;

/** One service over all of its runs: its restarts, its variables, and the process that it reuses. */
export class Service {
  readonly spec: ServiceSpec;
  readonly #root: string;
  readonly #report: Report;
  readonly #onChange: () => void;
  run: ServiceRun | undefined;
  #overrides: Record<string, string> = {};
  #restarts = 0;
  #restartsInRow = 0;
  #restarting: Promise<void> | undefined;
  #isStopped = false;
  #explained: { run: ServiceRun; fault: Promise<Fault> } | undefined;
  #reused: Reused | undefined;

  /** `onChange`: a process began or ended. */
  constructor(root: string, spec: ServiceSpec, report: Report, onChange: () => void) {
    this.#root = root;
    this.spec = spec;
    this.#report = report;
    this.#onChange = onChange;
  }

  get isRunning(): boolean {
    return (this.run !== undefined && !this.run.exit) || this.#reused !== undefined;
  }

  /** The process that belongs to it and runs. */
  get identity(): ProcessIdentity | undefined {
    return this.run && !this.run.exit ? this.run.identity : undefined;
  }

  get reused(): Reused | undefined {
    return this.#reused;
  }

  /** Uses what listens on the port already. It is never stopped. */
  reuse(reused: Reused): void {
    this.#reused = reused;
    this.#report('healthy', `reused: ${describeHolder(reused.holder)} was listening already`);
  }

  /** Starts it, unless it runs; with its own variables if a check has changed them. */
  async start(): Promise<void> {
    if (await isReusedAlive(this.#reused, this.spec.port)) return;
    this.#reused = undefined;
    if (Object.keys(this.#overrides).length > 0) {
      this.#overrides = {};
      await this.run?.stop();
    }
    this.#begin();
  }

  #begin(): void {
    this.#isStopped = false;
    if (this.run && !this.run.exit) return;
    // A stop that was asked for ends a run; what follows it is no restart.
    if (this.run?.exit?.unexpected) this.#restarts++;
    const run = new ServiceRun(this.#root, this.spec, this.#overrides);
    this.run = run;
    this.#onChange();
    this.#report('starting', this.#wantedAddress);
    void run.ended.then((exit) => {
      this.#onChange();
      if (!exit.unexpected) return this.#report('stopped');
      this.#report('exited', run.describeExit());
      this.#restartAfter(run, exit);
    });
  }

  #restartAfter(run: ServiceRun, { code }: RunExit): void {
    if (this.spec.restart !== 'on-failure' || code === 0) return;
    if (Date.now() - run.startedAtMs > steadyMs) this.#restartsInRow = 0;
    if (this.#isStopped || this.#restartsInRow >= maxRestarts) return;
    const backoffMs = firstBackoffMs * 2 ** this.#restartsInRow++;
    this.#restarting = Promise.all([run.gone, pause(backoffMs)]).then(() => {
      this.#restarting = undefined;
      if (this.run === run && !this.#isStopped) this.#begin();
    });
  }

  /** Resolves once it is ready, `withinMs` of `fromMs` (default: now); rejects with a `Fault` when it ends for good before, or is not ready in time. */
  async awaitReady(withinMs: number, signal: AbortSignal, fromMs = performance.now()): Promise<void> {
    if (this.#reused) return;
    const { readyWithinMs = Number.POSITIVE_INFINITY } = this.spec;
    const ownEndMs = performance.now() + readyWithinMs;
    const endMs = Math.min(fromMs + withinMs, ownEndMs);
    const limitMs = endMs === ownEndMs ? readyWithinMs : withinMs;
    let why: unknown;
    let sayAtMs = performance.now() + saysAfterMs;
    for (let pauseMs = pollMs.first; ; pauseMs = Math.min(pauseMs * 1.3, pollMs.longest)) {
      const run = this.run as ServiceRun;
      const wasReady = run.hasBeenReady;
      try {
        await run.askReady();
        if (!wasReady) this.#report('healthy', await run.address());
        return;
      } catch (error) {
        why = error;
      }
      signal.throwIfAborted();
      if (performance.now() > sayAtMs) {
        this.#report('waiting', await explainWaiting(run, why));
        sayAtMs = Number.POSITIVE_INFINITY;
      }
      if (run.exit && !this.#restarting && this.run === run) {
        throw await this.#explainEnd(run);
      }
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) throw await explainTimeout(run, limitMs, why);
      const next = run.exit ? [] : [run.ended];
      await Promise.race([pause(Math.min(pauseMs, leftMs), signal), ...next]);
    }
  }

  /** Rejects with a `Fault` once it has ended for good without being stopped. */
  async failure(signal: AbortSignal): Promise<never> {
    while (!this.#reused) {
      const run = this.run as ServiceRun;
      const exit = await run.ended;
      signal.throwIfAborted();
      if (exit.unexpected && !this.#restarting && this.run === run) {
        throw await this.#explainEnd(run);
      }
      await (this.#restarting ?? pause(pollMs.longest, signal));
      signal.throwIfAborted();
    }
    return new Promise<never>(() => {});
  }

  /** Once for a run: the explanation looks at ports, and two at the same time would be in each other's way. */
  async #explainEnd(run: ServiceRun): Promise<Fault> {
    await run.gone;
    if (this.#explained?.run !== run) this.#explained = { run, fault: explainExit(run) };
    return this.#explained.fault;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#restartsInRow = 0;
    this.#reused = undefined;
    await this.run?.stop();
  }

  /** Starts it on the same port, as a check asks for it; waits for a port that is about to be free again. */
  async startAgain(withinMs: number, signal: AbortSignal): Promise<void> {
    const endMs = performance.now() + portPatienceMs;
    for (;;) {
      this.#begin();
      try {
        return await this.awaitReady(withinMs, signal);
      } catch (error) {
        if (codeOf(error) !== 'port-taken' || performance.now() > endMs) throw error;
        await pause(200, signal);
      }
    }
  }

  /** Restarts it with further variables; none: with its own alone. */
  async restartWith(variables: Record<string, string>, withinMs: number, signal: AbortSignal): Promise<void> {
    await this.stop();
    this.#overrides = variables;
    // With other variables it is another service, and the log of the one before says nothing about it.
    rotateLog(this.#root, this.spec.name);
    await this.startAgain(withinMs, signal);
  }

  limitLog(): void {
    this.run?.readLog();
    this.run?.log.limit(maxLogBytes);
  }

  get #wantedAddress(): string | undefined {
    return this.spec.port === undefined ? undefined : `127.0.0.1:${this.spec.port}`;
  }

  /** `rows`: the processes of this machine at this moment. */
  async status(isStarting: boolean, rows: readonly ProcessRow[]): Promise<ServiceStatus> {
    const { run, spec } = this;
    const own = run?.pids(rows) ?? [];
    const reused = (await isReusedAlive(this.#reused, this.spec.port)) ? this.#reused : undefined;
    const isRunning = this.identity !== undefined || reused !== undefined;
    const isReady = reused !== undefined || (await this.#isReady());
    const waiting = isStarting || this.#restarting !== undefined ? 'starting' : 'unhealthy';
    // A port that it does not hold may be another program's.
    const address = reused ? this.#wantedAddress : await run?.address();
    const overridden = Object.keys(this.#overrides);
    const note = [
      reused && `reused: ${describeHolder(reused.holder)}, which meatymusic did not start and does not stop`,
      spec.note,
      overridden.length > 0 && `restarted with ${overridden.join(', ')}`,
      !isRunning && run?.exit && run.describeExit(),
    ].filter(Boolean);
    const pid = reused ? reused.holder?.pid : this.identity?.pid;
    return {
      service: spec.name,
      role: spec.name as NonNullable<ServiceStatus['role']>,
      state: !isRunning ? (this.#restarting ? 'starting' : 'exited') : isReady ? 'running' : waiting,
      health: !isRunning ? 'none' : isReady ? 'healthy' : waiting,
      addresses: address === undefined ? [] : [address],
      restarts: this.#restarts,
      image: spec.image,
      ...(run && !reused ? { startedAtMs: run.startedAtMs } : {}),
      ...(pid === undefined ? {} : { pid, memoryBytes: residentBytes(reused ? [pid] : own) }),
      ...(typeof run?.exit?.code === 'number' && !reused ? { exitCode: run.exit.code } : {}),
      ...(note.length > 0 ? { note: note.join('; ') } : {}),
    };
  }

  async #isReady(): Promise<boolean> {
    if (!this.run || this.run.exit) return false;
    try {
      await this.run.askReady();
      return true;
    } catch {
      return false;
    }
  }
}

import { pause } from '../../base/await-until.ts';
import { formatDuration } from '../../base/duration.ts';
import { codeOf, Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { ProcessIdentity } from '../../base/process-identity.ts';
import type { Endpoints, RuntimeEvent, ServiceStatus } from '../runtime.ts';
import type { EmbeddedService, PortName } from '../state.ts';
import { ServiceProcess } from './child.ts';
import type { StartOptions } from './control.ts';
import { rotateLog } from './log-files.ts';
import type { StackPlan } from './plan.ts';
import { choosePorts } from './ports.ts';
import { endpointsOf, type Ports, type ServiceSpec, serviceSpecs } from './services.ts';
import { statusOf } from './status.ts';

/** Longest time that a service has to end by itself, by stage; together less than Ctrl-C's five seconds. */
const graceMs = { 1: 2000, 2: 1500 } as const;
const portAttempts = 10;
const portPatienceMs = 5000;

/** The services as processes of this one. Lives in the supervisor. */
export class EmbeddedStack {
  readonly #plan: StackPlan;
  readonly #onEvent: (event: RuntimeEvent) => void;
  readonly #onChange: () => void;
  readonly #processes = new Map<EmbeddedService, ServiceProcess>();
  readonly #overrides = new Map<EmbeddedService, Record<string, string>>();
  readonly #restarts = new Map<EmbeddedService, number>();
  readonly #halt = new AbortController();
  #ports: Ports = {};
  #specs: ServiceSpec[] = [];
  #starting: Promise<Endpoints> | undefined;

  /** `onChange`: a process began or ended, and the record of them must follow. */
  constructor(plan: StackPlan, onEvent: (event: RuntimeEvent) => void, onChange: () => void) {
    this.#plan = plan;
    this.#onEvent = onEvent;
    this.#onChange = onChange;
  }

  get ports(): Ports {
    return this.#ports;
  }

  children(): Record<string, ProcessIdentity> {
    const alive = [...this.#processes.values()].filter(({ exit, identity }) => !exit && identity);
    return Object.fromEntries(alive.map(({ spec, identity }) => [spec.service, identity as ProcessIdentity]));
  }

  /** Starts what does not run and resolves when all of it is healthy. Calls at the same time share one start. */
  up(options: StartOptions): Promise<Endpoints> {
    this.#starting ??= this.#start(options).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(options: StartOptions): Promise<Endpoints> {
    for (let attempt = 1; ; attempt++) {
      try {
        if (this.#specs.length === 0) await this.#choosePorts(options.ports);
        await this.#startAll(options);
        return endpointsOf(this.#plan, this.#ports);
      } catch (error) {
        const lostRace = codeOf(error) === 'port-taken' && options.ports === 'auto';
        if (!lostRace || attempt >= portAttempts) throw error;
        this.#notice('a port was taken in between: choosing others');
        await this.#stopAll();
        this.#processes.clear();
        this.#specs = [];
      }
    }
  }

  async #choosePorts(mode: StartOptions['ports']): Promise<void> {
    const wanted = this.#plan.wantedPorts as Record<PortName, number>;
    this.#ports = await choosePorts(wanted, mode);
    for (const [name, port] of Object.entries(this.#ports)) {
      const usual = wanted[name as PortName];
      if (usual !== 0 && port !== usual) this.#notice(`port ${usual} is taken: ${name} listens on ${port}`);
    }
    this.#specs = serviceSpecs(this.#plan, this.#ports);
  }

  async #startAll({ timeoutMs, stableForMs }: StartOptions): Promise<void> {
    const children = await Promise.all(
      this.#specs.map(async (spec) => {
        const changed = this.#overrides.has(spec.service);
        if (changed) await this.#end(spec);
        this.#overrides.delete(spec.service);
        return this.#run(spec);
      }),
    );
    await whileAllRun(children, Promise.all(children.map((child) => this.#awaitHealth(child, timeoutMs))));
    if (stableForMs > 0) await this.#awaitStability(children, stableForMs);
  }

  /** Nothing ends and everything is still healthy after this time. */
  async #awaitStability(children: readonly ServiceProcess[], forMs: number): Promise<void> {
    const stability = (state: string, detail: string) =>
      this.#onEvent({ type: 'service', service: 'stability', state, detail });
    stability('working', `nothing may end for ${formatDuration(forMs)}`);
    await whileAllRun(children, pause(forMs, this.#halt.signal));
    await Promise.all(children.map((child) => child.awaitHealth(2000, this.#halt.signal)));
    stability('done', `nothing ended in ${formatDuration(forMs)}`);
  }

  /** The process of a service: the one that runs, else a new one. */
  #run(spec: ServiceSpec): ServiceProcess {
    this.#halt.signal.throwIfAborted();
    const existing = this.#processes.get(spec.service);
    if (existing && !existing.exit) return existing;
    if (existing) this.#restarts.set(spec.service, (this.#restarts.get(spec.service) ?? 0) + 1);
    const child = new ServiceProcess(this.#plan.root, spec, this.#overrides.get(spec.service) ?? {});
    this.#processes.set(spec.service, child);
    this.#onChange();
    this.#event(spec, 'starting', `127.0.0.1:${spec.port}`);
    void child.ended.then(({ unexpected }) => {
      this.#onChange();
      this.#event(spec, unexpected ? 'exited' : 'stopped', unexpected ? child.describeExit() : undefined);
      if (!unexpected) return;
      for (const line of child.lastLines()) this.#onEvent({ type: 'log', service: spec.service, line });
    });
    return child;
  }

  async #awaitHealth(child: ServiceProcess, timeoutMs: number): Promise<void> {
    const { spec, hasBeenHealthy } = child;
    await child.awaitHealth(timeoutMs, this.#halt.signal);
    if (!hasBeenHealthy) this.#event(spec, 'healthy', `127.0.0.1:${spec.port}`);
  }

  async #end(spec: ServiceSpec): Promise<void> {
    await this.#processes.get(spec.service)?.stop(graceMs[spec.stage]);
  }

  /** Stops all services, those first that need the others. Resolves to what ran. */
  async down(): Promise<string[]> {
    this.#halt.abort(
      new Fault({
        code: 'stack-stopped',
        message: 'the stack was stopped while it started',
        exitCode: ExitCode.unavailable,
      }),
    );
    const stopped = await this.#stopAll();
    await this.#starting?.catch(() => {});
    return [...stopped, ...(await this.#stopAll())];
  }

  async #stopAll(): Promise<string[]> {
    const ran = this.#specs.filter(({ service }) => this.#processes.get(service)?.exit === undefined);
    const stopped = ran.filter(({ service }) => this.#processes.has(service)).map(({ service }) => service);
    for (const stage of [2, 1] as const) {
      await Promise.all(this.#specs.filter((spec) => spec.stage === stage).map((spec) => this.#end(spec)));
    }
    return stopped;
  }

  async stopService(service: EmbeddedService): Promise<void> {
    await this.#end(this.#spec(service));
  }

  startService(service: EmbeddedService, timeoutMs: number): Promise<void> {
    return this.#beginAgain(this.#spec(service), timeoutMs);
  }

  /** On the same port: whoever took it in between, for a connection that went out for example, gets time to leave it. */
  async #beginAgain(spec: ServiceSpec, timeoutMs: number): Promise<void> {
    const endMs = performance.now() + portPatienceMs;
    for (;;) {
      try {
        return await this.#awaitHealth(this.#run(spec), timeoutMs);
      } catch (error) {
        if (codeOf(error) !== 'port-taken' || performance.now() > endMs) throw error;
        await pause(200, this.#halt.signal);
      }
    }
  }

  /** With further variables; none: as it was. */
  async restartService(
    service: EmbeddedService,
    environment: Record<string, string>,
    timeoutMs: number,
  ): Promise<void> {
    const spec = this.#spec(service);
    await this.#end(spec);
    if (Object.keys(environment).length > 0) this.#overrides.set(service, environment);
    else this.#overrides.delete(service);
    // With other variables it is another service: what the one before wrote must not speak for it.
    rotateLog(this.#plan.root, service);
    await this.#beginAgain(spec, timeoutMs);
  }

  status(): Promise<ServiceStatus[]> {
    const isStarting = this.#starting !== undefined;
    return Promise.all(
      this.#specs.map((spec) =>
        statusOf(spec, this.#processes.get(spec.service), {
          isStarting,
          restarts: this.#restarts.get(spec.service) ?? 0,
          overridden: Object.keys(this.#overrides.get(spec.service) ?? {}),
        }),
      ),
    );
  }

  #spec(service: EmbeddedService): ServiceSpec {
    const spec = this.#specs.find((each) => each.service === service);
    if (spec) return spec;
    throw new Fault({
      code: 'service-missing',
      message: `the stack has no ${service}`,
      exitCode: ExitCode.unavailable,
    });
  }

  #event(spec: ServiceSpec, state: string, detail?: string): void {
    const { service } = spec;
    this.#onEvent({ type: 'service', service, state, ...(detail === undefined ? {} : { detail }) });
  }

  #notice(message: string): void {
    this.#onEvent({ type: 'notice', message });
  }
}

/** Resolves with the work; rejects as soon as one of the processes ends. */
async function whileAllRun(children: readonly ServiceProcess[], work: Promise<unknown>): Promise<void> {
  const ends = children.map((child) =>
    child.ended.then(async () => {
      throw await child.endedFault();
    }),
  );
  await Promise.race([work, ...ends]);
}

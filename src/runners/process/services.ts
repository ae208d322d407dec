import { pause } from '../../base/await-until.ts';
import { formatDuration } from '../../base/duration.ts';
import { codeOf, Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { ProcessIdentity } from '../../base/process-identity.ts';
import { listProcesses } from '../process-list.ts';
import type { Endpoints, RuntimeEvent, ServiceStatus } from '../runtime.ts';
import type { StartOptions } from './control.ts';
import { dependentsOf, inStartOrder } from './order.ts';
import { type Ports, type SupervisorPlan, wantedPorts } from './plan.ts';
import { choosePorts } from './ports.ts';
import { expandServices, urlsOf } from './references.ts';
import { findReusable } from './reuse.ts';
import { Service } from './service.ts';

const portAttempts = 10;
const stillHealthyMs = 2000;

/** The services as processes of this one. Lives in the supervisor. */
export class Services {
  readonly #plan: SupervisorPlan;
  readonly #onEvent: (event: RuntimeEvent) => void;
  readonly #onChange: () => void;
  readonly #halt = new AbortController();
  #ports: Ports = {};
  /** In the order of their start. */
  #services: Service[] = [];
  #starting: Promise<Endpoints> | undefined;

  /** `onChange`: a process began or ended, and the record of them must follow. */
  constructor(plan: SupervisorPlan, onEvent: (event: RuntimeEvent) => void, onChange: () => void) {
    this.#plan = { ...plan, services: inStartOrder(plan.services) };
    this.#onEvent = onEvent;
    this.#onChange = onChange;
  }

  get ports(): Ports {
    return this.#ports;
  }

  processes(): Record<string, ProcessIdentity> {
    return Object.fromEntries(
      this.#services.flatMap(({ spec, identity }) => (identity ? [[spec.name, identity] as const] : [])),
    );
  }

  reused(): Record<string, ProcessIdentity | null> {
    const found = this.#services.flatMap(({ spec, reused }) => {
      if (!reused) return [];
      const { holder } = reused;
      return [[spec.name, holder ? { pid: holder.pid, started: holder.started } : null] as const];
    });
    return Object.fromEntries(found);
  }

  endpoints(): Endpoints {
    const urls = Object.entries(urlsOf(this.#plan.services, this.#ports, {}));
    return Object.fromEntries(urls.map(([name, url]) => [name, { url }]));
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
        if (this.#services.length === 0) await this.#create(options.ports);
        await this.#startAll(options);
        return this.endpoints();
      } catch (error) {
        const lostRace = codeOf(error) === 'port-taken' && options.ports === 'auto';
        if (!lostRace || attempt >= portAttempts) throw error;
        this.#notice('a port was taken in between: choosing others');
        await this.#stop(this.#services);
        this.#services = [];
      }
    }
  }

  /** Chooses the ports and makes the services with them. */
  async #create(mode: StartOptions['ports']): Promise<void> {
    const { services, root, urls } = this.#plan;
    const reusable = new Map(
      await Promise.all(services.map(async (plan) => [plan.name, await findReusable(plan)] as const)),
    );
    const own = services.filter(({ name }) => !reusable.get(name));
    const wanted = wantedPorts(services);
    this.#ports = { ...wanted, ...(await choosePorts(wantedPorts(own), mode)) };
    for (const [name, port] of Object.entries(this.#ports)) {
      const usual = wanted[name];
      if (usual !== 0 && port !== usual) this.#notice(`port ${usual} is taken: ${name} listens on ${port}`);
    }
    this.#services = expandServices(services, this.#ports, urls).map(
      (spec) =>
        new Service(
          root,
          spec,
          (state, detail) =>
            this.#onEvent({ type: 'service', service: spec.name, state, ...(detail && { detail }) }),
          this.#onChange,
        ),
    );
    for (const service of this.#services) {
      const reused = reusable.get(service.spec.name);
      if (reused) service.reuse(reused);
    }
  }

  async #startAll({ timeoutMs, stableForMs }: StartOptions): Promise<void> {
    const { signal } = this.#halt;
    const done = new AbortController();
    const fromMs = performance.now();
    const ready = new Map<string, Promise<void>>();
    const made = this.#services.filter(({ isRunning }) => !isRunning);
    let onFailure: (error: unknown) => void = () => {};
    const failed = new Promise<never>((_, reject) => {
      onFailure = reject;
    });
    failed.catch(() => {});
    const begin = async (service: Service) => {
      const waits = service.spec.dependsOn.filter(({ until }) => until === 'healthy');
      await Promise.all(waits.map((each) => ready.get(each.service)));
      signal.throwIfAborted();
      done.signal.throwIfAborted();
      await service.start();
      service.failure(done.signal).catch(onFailure);
      await service.awaitReady(timeoutMs, AbortSignal.any([signal, done.signal]), fromMs);
    };
    try {
      for (const service of this.#services) {
        const work = begin(service);
        work.catch(() => {});
        ready.set(service.spec.name, work);
      }
      await Promise.race([Promise.all(ready.values()), failed]);
      if (stableForMs > 0) await Promise.race([this.#awaitStability(stableForMs), failed]);
    } catch (error) {
      done.abort(error);
      await this.#stop(made);
      throw error;
    } finally {
      done.abort();
    }
  }

  /** Nothing ends and everything is still healthy after this time. */
  async #awaitStability(forMs: number): Promise<void> {
    const stability = (state: string, detail: string) =>
      this.#onEvent({ type: 'service', service: 'stability', state, detail });
    stability('working', `nothing may end for ${formatDuration(forMs)}`);
    await pause(forMs, this.#halt.signal);
    await Promise.all(this.#services.map((each) => each.awaitReady(stillHealthyMs, this.#halt.signal)));
    stability('done', `nothing ended in ${formatDuration(forMs)}`);
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
    const stopped = await this.#stop(this.#services);
    await this.#starting?.catch(() => {});
    return [...new Set([...stopped, ...(await this.#stop(this.#services))])];
  }

  /** Stops these, those first that depend on others. Resolves to what ran. */
  async #stop(services: readonly Service[]): Promise<string[]> {
    const ran = services.filter((service) => service.identity !== undefined).map(({ spec }) => spec.name);
    const plans = services.map(({ spec }) => spec);
    const stops = new Map<string, Promise<void>>();
    for (const service of [...services].reverse()) {
      const dependents = dependentsOf(service.spec, plans).map(({ name }) => stops.get(name));
      stops.set(
        service.spec.name,
        Promise.all(dependents).then(() => service.stop()),
      );
    }
    await Promise.all(stops.values());
    return ran;
  }

  async stopService(name: string): Promise<void> {
    await this.#service(name).stop();
  }

  startService(name: string, withinMs: number): Promise<void> {
    return this.#service(name).startAgain(withinMs, this.#halt.signal);
  }

  /** With further variables; none: as it was. */
  restartService(name: string, variables: Record<string, string>, withinMs: number): Promise<void> {
    return this.#service(name).restartWith(variables, withinMs, this.#halt.signal);
  }

  /** In the order of their start. */
  status(): Promise<ServiceStatus[]> {
    const rows = listProcesses();
    return Promise.all(this.#services.map((service) => service.status(this.#starting !== undefined, rows)));
  }

  /** Keeps every log below its limit. */
  limitLogs(): void {
    for (const service of this.#services) service.limitLog();
  }

  #service(name: string): Service {
    const service = this.#services.find(({ spec }) => spec.name === name);
    if (service) return service;
    throw new Fault({
      code: 'service-missing',
      message: `the stack has no ${name}`,
      exitCode: ExitCode.unavailable,
    });
  }

  #notice(message: string): void {
    this.#onEvent({ type: 'notice', message });
  }
}

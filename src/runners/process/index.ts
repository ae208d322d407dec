import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Endpoint, urlOf } from '../../base/endpoint.ts';
import { isAlive } from '../../base/process-identity.ts';
import { fileLogAccess } from '../../logs/file-access.ts';
import { followLines } from '../../logs/follow-lines.ts';
import { mergedLines } from '../../logs/merged-lines.ts';
import type { Endpoints, Runtime, RuntimeName, ServiceStatus, UpOptions } from '../runtime.ts';
import { withStartLock } from '../start-lock.ts';
import { logFile, markFolder, readState, removeState, type SupervisorState, stackFolder } from '../state.ts';
import { type CommandName, type Commands, sendCommand, supervisorGone } from './control.ts';
import { launchSupervisor } from './launch.ts';
import { inStartOrder } from './order.ts';
import { digestOf, type SupervisorPlan } from './plan.ts';
import { clearRemains, findRemains } from './remains.ts';

/** How long the supervisor may take beyond the longest stop of a service before what is left is killed. */
const downMarginMs = 3000;

export interface SupervisedOptions {
  root: string;
  /** Name of the runtime that the services are part of. */
  name: RuntimeName;
  isReferenceStack: boolean;
  /** Environment of the supervisor. */
  environment: Record<string, string>;
  /** Resolves to how the services are run. `urls`: addresses of services that others run. */
  plan(urls: Record<string, string>): Promise<SupervisorPlan>;
  /** Called before services are started. */
  prepare?(plan: SupervisorPlan): void;
  /** Returns a notice if a stack that runs lacks something that was asked for. */
  noticeOf?(running: SupervisorState): string | undefined;
  /** Names of the configured services, for a stack that does not run. */
  services(): string[];
  /** Longest time that stopping all of them may take. */
  stopMs: number;
}

/** Services as processes of this machine, held by a supervisor that outlives this call. */
export function createSupervisedRuntime(options: SupervisedOptions): Runtime {
  const { root, name, isReferenceStack, stopMs } = options;

  async function up({ signal, onEvent, others = {}, ...how }: UpOptions): Promise<Endpoints> {
    const { ports, timeoutMs, stableForMs } = how;
    const urls = urlsOf(others);
    const { state, launched } = await withStartLock(root, { signal, onEvent, timeoutMs }, async () => {
      const running = liveState(root);
      return running ? { state: running, launched: false } : { state: await launch(), launched: true };
    });
    const over = new AbortController();
    try {
      const asking = { signal: AbortSignal.any([signal, over.signal]), onEvent };
      const [endpoints] = await Promise.all([
        sendCommand(state.control, 'up', { ports, timeoutMs, stableForMs }, asking),
        launched || reportChange(state),
      ]);
      return endpoints;
    } catch (error) {
      over.abort(error);
      // What this call started is removed; what ran before stays.
      if (launched) await stopAll(root, stopMs);
      throw error;
    }

    async function launch(): Promise<SupervisorState> {
      const planned = options.plan(urls);
      // It is awaited once the supervisor starts.
      planned.catch(() => {});
      const left = await clearRemains(root);
      if (left > 0) onEvent({ type: 'notice', message: `ended ${left} processes that a killed stack left` });
      const prepare = (plan: SupervisorPlan) => {
        inStartOrder(plan.services);
        options.prepare?.(plan);
      };
      return launchSupervisor(planned, { root, environment: options.environment, prepare, signal });
    }

    async function reportChange(running: SupervisorState): Promise<void> {
      const notice = options.noticeOf?.(running) ?? changeNotice(running, await options.plan(urls));
      if (notice) onEvent({ type: 'notice', message: notice });
    }
  }

  return {
    name,
    isReferenceStack,
    up,
    async down({ volumes, signal, onEvent }) {
      const stopped = await withStartLock(root, { signal, onEvent }, () => stopAll(root, stopMs));
      if (volumes) rmSync(path.join(stackFolder(root), 'data'), { recursive: true, force: true });
      return stopped;
    },
    async status() {
      const state = liveState(root);
      if (!state) return remainingStatus(root, options.services());
      return sendCommand(state.control, 'status', {}, { signal: AbortSignal.timeout(15_000) });
    },
    logs({ services: wanted = namesOf(options), ...how }) {
      return mergedLines(
        wanted.map((service) => ({
          service,
          access: { lines: (options) => followLines(logFile(root, service), options) },
        })),
        how,
      );
    },
    logAccess(service) {
      const file = logFile(root, service);
      return existsSync(file) ? fileLogAccess(file, path.relative(root, file)) : undefined;
    },
    async endpoints() {
      const state = liveState(root);
      return state?.endpoints && reachable(state, state.endpoints);
    },
    control: {
      stop: (service, signal) => control('stop', { service }, signal),
      start: (service, signal) => control('start', { service }, signal),
      restart: (service, environment, signal) => control('restart', { service, environment }, signal),
    },
  };

  async function control<Name extends Extract<CommandName, 'stop' | 'start' | 'restart'>>(
    command: Name,
    ask: Commands[Name]['ask'],
    signal: AbortSignal,
  ): Promise<void> {
    const state = liveState(root);
    if (!state) throw supervisorGone();
    await sendCommand(state.control, command, ask, { signal });
  }
}

/** Returns the state of a supervisor that runs. */
export function liveState(root: string): SupervisorState | undefined {
  const { supervisor: state } = readState(root);
  return state && isAlive(state.supervisor) ? state : undefined;
}

function namesOf({ root, services }: SupervisedOptions): string[] {
  return liveState(root)?.services ?? services();
}

function urlsOf(endpoints: Endpoints): Record<string, string> {
  return Object.fromEntries(
    Object.entries(endpoints).flatMap(([name, endpoint]) => {
      const url = urlOf(endpoint);
      return url === undefined ? [] : [[name, url] as const];
    }),
  );
}

function changeNotice({ plan }: SupervisorState, wanted: SupervisorPlan): string | undefined {
  if (plan === digestOf(wanted)) return undefined;
  return 'the configuration of services was changed since they were started: meatymusic down, then up, applies it';
}

/** A service whose process has ended has no address: by now its port may be another server's. */
function reachable({ services, children, reused }: SupervisorState, endpoints: Endpoints): Endpoints {
  const entries = services.flatMap((service): [string, Endpoint][] => {
    const endpoint = endpoints[service];
    const process = children[service] ?? reused[service];
    if (process === null || (process && isAlive(process))) return endpoint ? [[service, endpoint]] : [];
    const reason = process ? `process ${process.pid} of ${service} has ended` : `${service} does not run`;
    const hint = `\`meatymusic logs ${service} --tail 20\` shows why; \`meatymusic up\` starts it again`;
    return [[service, { absent: { code: 'not-running', reason, hint } }]];
  });
  return Object.fromEntries(entries);
}

/** Stops all of it, by the supervisor where there is one, and then what is left. */
async function stopAll(root: string, stopMs: number): Promise<string[]> {
  const state = liveState(root);
  let stopped: string[] = [];
  if (state) {
    const signal = AbortSignal.timeout(stopMs + downMarginMs);
    stopped = await sendCommand(state.control, 'down', {}, { signal }).catch(() => []);
  }
  const left = findRemains(root).length;
  if (left > 0) await clearRemains(root);
  removeState(root, 'supervisor');
  rmSync(markFolder(root), { recursive: true, force: true });
  return stopped.length === 0 && left > 0 ? [`${left} processes that were left`] : stopped;
}

/** Without a supervisor: what its record contains, as far as it still runs. */
function remainingStatus(root: string, services: readonly string[]): ServiceStatus[] {
  const { supervisor: record } = readState(root);
  return (record?.services ?? services).map((service) => {
    const identity = record?.children[service];
    const port = record?.ports[service];
    const runs = identity !== undefined && isAlive(identity);
    return {
      service,
      role: service,
      state: runs ? 'unhealthy' : 'missing',
      health: 'none',
      addresses: runs && port !== undefined ? [`127.0.0.1:${port}`] : [],
      ...(runs
        ? { pid: identity.pid, note: 'left by a supervisor that was killed; `meatymusic up` starts it again' }
        : {}),
    };
  });
}

import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Endpoint } from '../../base/endpoint.ts';
import { isAlive } from '../../base/process-identity.ts';
import type { ServiceName } from '../../check/stack.ts';
import { fileLogAccess } from '../../logs/file-access.ts';
import { followLines } from '../../logs/follow-lines.ts';
import { mergedLines } from '../../logs/merged-lines.ts';
import type { RuntimeContext } from '../context.ts';
import type { Endpoints, Runtime, ServiceStatus, UpOptions } from '../runtime.ts';
import { withStartLock } from '../start-lock.ts';
import {
  type EmbeddedService,
  type EmbeddedState,
  logFile,
  readState,
  removeState,
  stackFolder,
} from '../state.ts';
import { giveOrder, supervisorGone } from './control.ts';
import { launchSupervisor } from './launch.ts';
import { embeddedServices } from './plan.ts';
import { receiverWish } from './receiver.ts';
import { clearRemains, findRemains } from './remains.ts';

/** Longest time that a stop may take before what is left is killed. */
const downMs = 6000;
const runsWithout = 'the stack runs without a receiver of spans: meatymusic down, then up --otlp';

/** The stack as processes of this machine, held by a supervisor; needs neither Docker nor any server. */
export function createEmbeddedRuntime(context: RuntimeContext): Runtime {
  const { root, config } = context;
  const wish = receiverWish(config.services.telemetry);
  /** The services that are configured; the receiver also where the stack that ran last was asked to have one. */
  const enabled = (): EmbeddedService[] => {
    const state = readState(root);
    const received = wish?.asked || (state?.runtime === 'embedded' && state.ports.telemetry !== undefined);
    return [...embeddedServices(config.services), ...(received ? (['telemetry'] as const) : [])];
  };

  async function up(options: UpOptions): Promise<Endpoints> {
    const { signal, onEvent, ports, timeoutMs, stableForMs } = options;
    const { state, launched } = await withStartLock(root, { signal, onEvent, timeoutMs }, async () => {
      const running = liveState(root);
      if (running) {
        if (wish?.asked && running.ports.telemetry === undefined)
          onEvent({ type: 'notice', message: runsWithout });
        return { state: running, launched: false };
      }
      const left = await clearRemains(root);
      if (left > 0) onEvent({ type: 'notice', message: `ended ${left} processes that a killed stack left` });
      return { state: await launchSupervisor(context, options), launched: true };
    });
    try {
      return await giveOrder(state.control, 'up', { ports, timeoutMs, stableForMs }, { signal, onEvent });
    } catch (error) {
      // What this call started goes with it; what ran before stays.
      if (launched) await stop(root);
      throw error;
    }
  }

  return {
    name: 'embedded',
    isReferenceStack: true,
    up,
    async down({ volumes, signal, onEvent }) {
      const stopped = await withStartLock(root, { signal, onEvent }, () => stop(root));
      if (volumes) rmSync(path.join(stackFolder(root), 'data'), { recursive: true, force: true });
      return stopped;
    },
    async status() {
      const state = liveState(root);
      if (!state) return remainingStatus(root, enabled());
      return giveOrder(state.control, 'status', {}, { signal: AbortSignal.timeout(10_000) });
    },
    logs({ services: wanted = enabled(), ...options }) {
      return mergedLines(
        wanted.map((service) => ({
          service,
          access: { lines: (how) => followLines(logFile(root, service), how) },
        })),
        options,
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

  async function control<Name extends 'stop' | 'start' | 'restart'>(
    order: Name,
    ask: { service: ServiceName; environment?: Record<string, string> },
    signal: AbortSignal,
  ): Promise<void> {
    const state = liveState(root);
    if (!state) throw supervisorGone();
    const service = ask.service as EmbeddedService;
    await giveOrder(state.control, order, { environment: {}, ...ask, service }, { signal });
  }
}

/** The state of a supervisor that runs. */
export function liveState(root: string): EmbeddedState | undefined {
  const state = readState(root);
  return state?.runtime === 'embedded' && isAlive(state.supervisor) ? state : undefined;
}

/** A service whose process has ended has no address: by now its port may be another server's. */
function reachable({ children }: EmbeddedState, endpoints: Endpoints): Endpoints {
  const entries = Object.entries(endpoints).map(([service, endpoint]): [string, Endpoint] => {
    const process = children[service];
    if (!('url' in endpoint) || (process && isAlive(process))) return [service, endpoint];
    const reason = process ? `process ${process.pid} of ${service} has ended` : `${service} does not run`;
    const hint = `\`meatymusic logs ${service} --tail 20\` shows why; \`meatymusic up\` starts it again`;
    return [service, { absent: { code: 'not-running', reason, hint } }];
  });
  return Object.fromEntries(entries);
}

/** Stops all of it, by the supervisor where there is one, and whatever is left without it. */
async function stop(root: string): Promise<string[]> {
  const state = liveState(root);
  let stopped: string[] = [];
  if (state) {
    const signal = AbortSignal.timeout(downMs);
    stopped = await giveOrder(state.control, 'down', {}, { signal }).catch(() => []);
  }
  const left = findRemains(root).length;
  if (left > 0) await clearRemains(root);
  if (readState(root)?.runtime === 'embedded') removeState(root);
  return stopped.length === 0 && left > 0 ? [`${left} processes that were left`] : stopped;
}

/** Without a supervisor: what its record says, as far as it still runs. */
function remainingStatus(root: string, enabled: readonly EmbeddedService[]): ServiceStatus[] {
  const state = readState(root);
  const record = state?.runtime === 'embedded' ? state : undefined;
  return enabled.map((service) => {
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
        ? { pid: identity.pid, note: 'left by a supervisor that was killed; `meatymusic up` starts it anew' }
        : {}),
    };
  });
}

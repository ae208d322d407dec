import { systemClock } from '../base/clock.ts';
import type { ProbeName } from '../check/probes.ts';
import type { ServiceName } from '../check/stack.ts';
import type { OpenedProbes, OpenProbes } from '../engine/attempt.ts';
import {
  createProbe,
  createSharedResources,
  type ProbeContext,
  type ServiceControl,
  type SharedResources,
} from '../probes/index.ts';
import type { StackUnderTest } from './verify-stack.ts';

/** Changes on the way from a stack to a check: what `checks prove` sabotages. */
export interface ProbeChanges {
  context?(name: ProbeName, context: ProbeContext): ProbeContext;
  probe?(name: ProbeName, probe: unknown): unknown;
}

/** Makes the probes of a run's attempts; `close` lets go of what they shared, unless that is `kept` for more than this run. */
export function createProbeSource(
  { base, runtime }: Pick<StackUnderTest, 'base' | 'runtime'>,
  changes: ProbeChanges = {},
  kept?: SharedResources,
): {
  open: OpenProbes;
  close(): Promise<void>;
} {
  const own = createSharedResources();
  const shared = kept ?? own;
  return {
    close: () => own.close(),
    open(scope) {
      const stopped = new Set<ServiceName>();
      const control = runtime.control && watchedControl(runtime.control, stopped);
      const context: ProbeContext = {
        ...base,
        get signal() {
          return scope.signal;
        },
        ...(scope.onAbort ? { onAbort: scope.onAbort } : {}),
        remainingMs: scope.remainingMs,
        progress: scope.progress,
        clock: systemClock,
        shared,
        ...(control ? { control } : {}),
      };
      const { needs } = scope.check;
      const opened = (made: Closable[]): OpenedProbes => {
        const probes: Record<string, unknown> = {};
        for (const [index, name] of needs.entries()) {
          probes[name] = changes.probe?.(name, made[index]) ?? made[index];
        }
        const closable = made.filter((probe) => probe.close);
        const close = async () => {
          await Promise.allSettled(closable.map(async (probe) => probe.close?.()));
          for (const service of stopped) await runtime.control?.start(service, AbortSignal.timeout(60_000));
        };
        return { probes, close: closable.length === 0 && !control ? () => {} : close };
      };
      const made = needs.map((name) => createProbe(name, changes.context?.(name, context) ?? context));
      return made.some((probe) => probe instanceof Promise)
        ? Promise.all(made).then(opened)
        : opened(made as Closable[]);
    },
  };
}

type Closable = { close?(): void | Promise<void> };

/** Remembers what a check stopped and did not start again. */
function watchedControl(control: ServiceControl, stopped: Set<ServiceName>): ServiceControl {
  return {
    async stop(service, signal) {
      stopped.add(service);
      await control.stop(service, signal);
    },
    async start(service, signal) {
      await control.start(service, signal);
      stopped.delete(service);
    },
  };
}

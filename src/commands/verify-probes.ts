import { systemClock } from '../base/clock.ts';
import type { ProbeName, Probes } from '../check/probes.ts';
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
    async open({ check, signal, remainingMs }): Promise<OpenedProbes> {
      const stopped = new Set<ServiceName>();
      const control = runtime.control && watchedControl(runtime.control, stopped);
      const context: ProbeContext = {
        ...base,
        signal,
        remainingMs,
        clock: systemClock,
        shared,
        ...(control ? { control } : {}),
      };
      const probes: Partial<Record<keyof Probes, unknown>> = {};
      const closers: (() => void | Promise<void>)[] = [];
      for (const name of check.needs) {
        const probe = await createProbe(name, changes.context?.(name, context) ?? context);
        probes[name] = changes.probe?.(name, probe) ?? probe;
        if (probe.close) closers.push(() => probe.close?.());
      }
      if (closers.length === 0 && !control) return { probes: probes as Partial<Probes>, close() {} };
      return {
        probes: probes as Partial<Probes>,
        async close() {
          await Promise.allSettled(closers.map(async (close) => close()));
          for (const service of stopped) await runtime.control?.start(service, AbortSignal.timeout(60_000));
        },
      };
    },
  };
}

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

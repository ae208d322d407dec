import { messageOf } from '../base/errors.ts';
import { ProbeError } from '../check/probes.ts';
import type { ServiceName } from '../check/stack.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { requireEffects } from './effects.ts';

/** What an attempt stopped is started again when the attempt ends, whatever became of it. */
export function createControlProbe(context: ProbeContext): ClosableProbe<'control'> {
  const { control, stack } = context;
  const stopped = new Set<ServiceName>();

  async function call(
    service: ServiceName,
    what: 'stop' | 'start',
    signal: AbortSignal,
  ): Promise<{ durationMs: number }> {
    if (!control) throw new ProbeError('NO_CONTROL', `${service} was not started by meatymusic`);
    const startedAt = performance.now();
    try {
      await control[what](service, signal);
    } catch (error) {
      throw new ProbeError(
        `${what.toUpperCase()}_FAILED`,
        `${service} cannot be ${what === 'stop' ? 'stopped' : 'started'}: ${messageOf(error)}`,
      );
    }
    return { durationMs: performance.now() - startedAt };
  }

  return {
    async available() {
      if (control) return { available: true };
      const enable =
        stack.runtime === 'external'
          ? 'run it against a stack that `meatymusic up` started'
          : 'this runtime cannot stop single services';
      return { available: false, enable };
    },
    async stop({ service }) {
      requireEffects(context, 'disruptive', `stopping ${service}`);
      stopped.add(service);
      return call(service, 'stop', context.signal);
    },
    async start({ service }) {
      requireEffects(context, 'disruptive', `starting ${service}`);
      const took = await call(service, 'start', context.signal);
      stopped.delete(service);
      return took;
    },
    async close() {
      // The attempt's signal has aborted by now; bringing a service back has a time of its own.
      for (const service of stopped) await call(service, 'start', AbortSignal.timeout(60_000));
      stopped.clear();
    },
  };
}

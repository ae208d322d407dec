import { messageOf } from '../base/errors.ts';
import { ProbeError } from '../check/probes.ts';
import type { ServiceName } from '../check/stack.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { requireEffects } from './effects.ts';

/** Stops and starts services by the run's control, which starts again what an attempt leaves stopped. */
export function createControlProbe(context: ProbeContext): ClosableProbe<'control'> {
  const { control, stack } = context;

  const controlled = (service: ServiceName) => control !== undefined && (control.controls?.(service) ?? true);

  /** Rejects with a `ProbeError` where the runtime cannot be asked. */
  async function refusalOf(service: ServiceName): Promise<string | undefined> {
    try {
      return await control?.refusal?.(service, context.signal);
    } catch (error) {
      throw new ProbeError('STOP_FAILED', `${service} cannot be stopped: ${messageOf(error)}`);
    }
  }

  async function call(service: ServiceName, what: 'stop' | 'start'): Promise<{ durationMs: number }> {
    requireEffects(context, 'disruptive', `${what === 'stop' ? 'stopping' : 'starting'} ${service}`);
    if (!control || !controlled(service))
      throw new ProbeError('NO_CONTROL', `${service} was not started by meatymusic`);
    const refusal = what === 'stop' ? await refusalOf(service) : undefined;
    if (refusal) throw new ProbeError('NO_CONTROL', refusal);
    const startedAt = performance.now();
    try {
      await control[what](service, context.signal);
    } catch (error) {
      throw new ProbeError(
        `${what.toUpperCase()}_FAILED`,
        `${service} cannot be ${what === 'stop' ? 'stopped' : 'started'}: ${messageOf(error)}`,
      );
    }
    return { durationMs: performance.now() - startedAt };
  }

  return {
    async available({ service }) {
      if (controlled(service)) {
        const refusal = await refusalOf(service);
        return refusal ? { available: false, enable: refusal } : { available: true };
      }
      const enable =
        stack.runtime === 'external'
          ? 'run it against a stack that `meatymusic up` started'
          : `${service} is not started by meatymusic: services.${service}.start starts it`;
      return { available: false, enable };
    },
    stop: ({ service }) => call(service, 'stop'),
    start: ({ service }) => call(service, 'start'),
  };
}

import type { ClosableProbe, ProbeContext } from './context.ts';

/** Reads what the runtime knows of a service. */
export function createServiceProbe({ statuses }: ProbeContext): ClosableProbe<'service'> {
  return {
    async status({ service }) {
      const found = (await statuses?.())?.find(({ role }) => role === service);
      if (!found) return { state: 'unknown' };
      const { state, exitCode, restarts, startedAtMs, note } = found;
      return {
        state,
        ...(exitCode !== undefined && { exitCode }),
        ...(restarts !== undefined && { restarts }),
        ...(startedAtMs !== undefined && { startedAtMs }),
        ...(note !== undefined && { note }),
      };
    },
  };
}

import type { ServiceName } from '../stack.ts';

/** Takes services of the stack away and brings them back. Only runtimes that `meatymusic` started can. */
export interface ControlProbe {
  /** Whether the service can be stopped and started here. */
  available(query: { service: ServiceName }): Promise<{
    available: boolean;
    /** How to make it possible. Absent: it is. */
    enable?: string;
  }>;
  /** Resolves to the milliseconds that it took once nothing answers any more. What a check stopped, the engine starts again, whatever happened. */
  stop(query: { service: ServiceName }): Promise<{ durationMs: number }>;
  /** Resolves to the milliseconds that it took once the service is healthy. */
  start(query: { service: ServiceName }): Promise<{ durationMs: number }>;
}

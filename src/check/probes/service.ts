import type { ServiceName } from '../stack.ts';

/** State of a service's process or container, read without a request to the service. */
export interface ServiceFacts {
  /** `unknown`: meatymusic did not start it. */
  state: 'running' | 'starting' | 'unhealthy' | 'exited' | 'missing' | 'unknown';
  /** Absent: it runs, or a signal ended it. */
  exitCode?: number;
  /** Restarts since the stack was started. Absent: not counted. */
  restarts?: number;
  /** Epoch milliseconds. */
  startedAtMs?: number;
  /** `container shop-worker-1`, `process 4711`. */
  note?: string;
}

/** Observes the process or container of the service that a check judges. */
export interface ServiceProbe {
  /** Resolves to its state now. */
  status(query: { service: ServiceName }): Promise<ServiceFacts>;
}

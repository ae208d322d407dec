import type { RuntimeContext } from './context.ts';
import type { Runtime } from './runtime.ts';

/** A way to run a stack. Its code is loaded when it is needed. */
export interface Runner {
  create(context: RuntimeContext): Runtime | Promise<Runtime>;
  /** Whether it can start a stack here, and why. Absent: it starts none. */
  canStart?(context: RuntimeContext): Promise<{ available: boolean; reason: string }>;
  /** Whether `down` also asks it when another runner is configured: it finds what a killed stack left. */
  leavesRemains?: boolean;
  /** Rejects with a `Fault` if the configured addresses lead to a stack of another folder. */
  refuseTakenAddresses?(context: RuntimeContext): Promise<void>;
}

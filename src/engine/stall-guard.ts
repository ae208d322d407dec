import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { distFolder, isBuilt } from '../base/package-root.ts';
import { currentAttempt } from './stray-errors.ts';
import { type Stalled, stalledKey, type WatchdogData } from './watchdog-data.ts';

export interface StallGuardOptions {
  /** Watch from the start; else only a run that takes longer than a second is watched. */
  atOnce: boolean;
  /** How long the main thread may be busy without a break. */
  quietMs: number;
  /** The deadline of the run. */
  deadlineMs: number;
  /**
   * Called on the main thread, in the middle of the code that blocks it, with the check that this code belongs to.
   * Nothing asynchronous happens any more: it has to write and end the process before it returns.
   */
  onStall(checkId: string | undefined): void;
}

const beatEveryMs = 50;
/** The thread costs as much as a hundred checks: a shorter run starts none. */
const laterMs = 1000;

/** Watches the main thread from another one until the returned function is called. Only the built program has it. */
export function startStallGuard({ atOnce, ...options }: StallGuardOptions): () => void {
  const file = path.join(distFolder, 'watchdog.js');
  if (!isBuilt || !existsSync(file)) return () => {};
  if (atOnce) return watchFrom(file, options);
  let stop = () => {};
  const timer = setTimeout(() => {
    stop = watchFrom(file, options);
  }, laterMs).unref();
  return () => {
    clearTimeout(timer);
    stop();
  };
}

function watchFrom(
  file: string,
  { quietMs, deadlineMs, onStall }: Omit<StallGuardOptions, 'atOnce'>,
): () => void {
  const beat = new Int32Array(new SharedArrayBuffer(4));
  const beating = setInterval(() => Atomics.add(beat, 0, 1), beatEveryMs);
  beating.unref();
  const globals = globalThis as { [stalledKey]?: Stalled };
  globals[stalledKey] = ({ anyCheck }) => {
    const checkId = currentAttempt()?.checkId;
    if (checkId !== undefined || anyCheck) onStall(checkId);
  };
  const worker = new Worker(file, {
    workerData: { beat, quietMs, deadlineMs } satisfies WatchdogData,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
  worker.unref();
  // The run continues without it: a thread that could not be started is no reason to verify nothing.
  worker.on('error', () => {});
  return () => {
    clearInterval(beating);
    delete globals[stalledKey];
    void worker.terminate();
    // Ending it took the reference back, and a thread that is still at its start would hold the process.
    worker.unref();
  };
}

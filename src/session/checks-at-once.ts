import { availableParallelism } from 'node:os';

const most = 16;
const fewest = 4;

/**
 * Returns how many checks run at the same time where the configuration does not say it. A stack on this machine shares its
 * processors with the checks and the browser: too many at once, and a healthy service does not answer in time.
 */
export function checksAtOnce(
  { concurrency }: { concurrency?: number | undefined },
  { runtime }: { runtime: string },
  processors = availableParallelism(),
): number {
  if (concurrency !== undefined) return concurrency;
  return runtime === 'external' ? most : Math.min(most, Math.max(fewest, 2 * processors));
}

import { awaitUntil } from '../base/await-until.ts';
import { messageOf } from '../base/errors.ts';
import { ProbeError } from '../check/probes.ts';
import type { ProbeContext } from './context.ts';

/** Left of an attempt for the check to say what it waited for. */
const reservedMs = 200;

/**
 * Looks again until `enough`, and returns the last look: what has not come is for the check to judge.
 * Rejects where the last look itself failed.
 */
export async function pollUntil<T>(
  look: () => Promise<T>,
  enough: (found: T) => boolean,
  context: ProbeContext,
  { what, withinMs, code }: { what: string; withinMs: number; code: string },
): Promise<T> {
  let last: { found: T } | { failure: unknown } | undefined;
  const attempt = async () => {
    try {
      const found = await look();
      last = { found };
      return enough(found) ? true : undefined;
    } catch (failure) {
      last = { failure };
      return undefined;
    }
  };
  try {
    await awaitUntil(attempt, {
      what,
      withinMs: Math.min(withinMs, Math.max(0, context.remainingMs() - reservedMs)),
      signal: context.signal,
      clock: context.clock,
    });
  } catch {
    if (context.signal.aborted) throw asProbeError(context.signal.reason, 'TIMEOUT', what);
  }
  if (last && 'found' in last) return last.found;
  throw asProbeError(last?.failure, code, what);
}

export function asProbeError(error: unknown, code: string, what: string): ProbeError {
  return error instanceof ProbeError ? error : new ProbeError(code, `${what}: ${messageOf(error)}`);
}

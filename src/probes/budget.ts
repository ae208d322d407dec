import { formatDuration } from '../base/duration.ts';
import { outOfTimeCode, ProbeError } from '../check/probes.ts';
import type { ProbeContext } from './context.ts';

export interface Budget {
  ms: number;
  /** Rejects what is pending: `onEnd` gets the error. Returns what stops the watch. The time counts from the budget's making. */
  watch(onEnd: (error: ProbeError) => void): () => void;
}

/** A call that begins with less than this, or a tenth of its attempt's time, and gets no answer says nothing about a service. */
const hardlyAnyMs = 500;

/**
 * How long one call of a probe may take: what the caller asks for, and never more than the attempt has left. It ends a
 * little before the attempt does, so that the check can still say what it waited for; the attempt's signal is the net below.
 */
export function budgetOf(
  context: Pick<ProbeContext, 'signal' | 'onAbort' | 'remainingMs' | 'timeoutMs' | 'outOfTime'>,
  what: () => string,
  askedMs?: number,
): Budget {
  const startedAt = performance.now();
  const left = context.remainingMs();
  const ms = Math.max(
    1,
    Math.ceil(Math.min(askedMs ?? Number.POSITIVE_INFINITY, left - Math.min(100, left * 0.05))),
  );
  const isLate =
    ms < (askedMs ?? Number.POSITIVE_INFINITY) && left < Math.min(hardlyAnyMs, (context.timeoutMs ?? 0) / 10);
  return {
    ms,
    watch(onEnd) {
      let isOver = false;
      const end = (afterMs: number) => {
        isOver = true;
        const message = `${what()} within ${formatDuration(afterMs)}`;
        if (isLate) context.outOfTime?.(message);
        onEnd(new ProbeError(isLate ? outOfTimeCode : 'TIMEOUT', message));
      };
      const spentMs = () => performance.now() - startedAt;
      // Cut from outside, it had less than its budget.
      const cut = () => end(Math.min(ms, spentMs()));
      const unwatch = context.onAbort?.(cut) ?? listenTo(context.signal, cut);
      if (isOver) return unwatch;
      const timer = setTimeout(() => end(ms), Math.max(1, Math.ceil(ms - spentMs())));
      return () => {
        clearTimeout(timer);
        unwatch();
      };
    },
  };
}

function listenTo(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

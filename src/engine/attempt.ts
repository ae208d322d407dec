import type { Clock } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { messageOf } from '../base/errors.ts';
import { type ContextParts, contextOf } from '../check/check-context.ts';
import type { Check } from '../check/define-check.ts';
import { type BrokenCheck, judgeVerdict } from '../check/judge-verdict.ts';
import { ProbeError, type Probes } from '../check/probes.ts';
import type { StackInfo } from '../check/stack.ts';
import type { Fail, Pass, Skip } from '../check/verdict.ts';
import { Ending } from './ending.ts';
import { inAttempt } from './stray-errors.ts';

/** What one attempt came to: the check's own verdict, or the engine's when the check gave none that counts. */
export type Outcome = Pass | Fail | Skip | BrokenCheck;

/** One attempt as the probes see it. */
export interface AttemptScope {
  check: Check;
  /** From 1. */
  number: number;
  /** Aborts with a `ProbeError` (`TIMEOUT`) at the deadline, and when the attempt is over. */
  readonly signal: AbortSignal;
  /** The same for who needs no signal, which costs much. Returns what takes it back. */
  onAbort?(listener: () => void): () => void;
  remainingMs(): number;
  /** A line for who watches the run. */
  progress(line: string): void;
}

export interface OpenedProbes {
  probes: Partial<Probes>;
  /** Lets go of what the attempt held; brings back the services that it stopped. */
  close(): Promise<void> | void;
}

/** Makes the probes of one attempt: `check.needs` and no others. */
export type OpenProbes = (scope: AttemptScope) => Promise<OpenedProbes> | OpenedProbes;

export interface AttemptOptions {
  check: Check;
  number: number;
  /** Validated options of the check. */
  options: unknown;
  stack: StackInfo;
  openProbes: OpenProbes;
  timeoutMs: number;
  clock: Clock;
  onProgress(line: string): void;
  /** Called exactly once. */
  onEnd(outcome: Outcome): void;
}

export interface RunningAttempt {
  /** Ends the attempt from outside; the first end counts. */
  end(outcome: Outcome): void;
}

/**
 * After the deadline the probes reject and a check may still say in its own words what it missed. It has this long;
 * a pass is then too late.
 */
export const lastWordsMs = 100;
/** A timer that fires so much late was held up by a blocked event loop; the check gets that time back. */
const tolerableLagMs = 250;
/** How long letting go may take before the run goes on without. Starting a stopped service again takes longer. */
const closeWithinMs = 2000;
const restoreWithinMs = 60_000;

const attemptOver = new ProbeError('ATTEMPT_OVER', 'the attempt is over');

/** Runs a check once, under a deadline that needs nothing of the check or its libraries. Never throws, always ends. */
export function startAttempt(attempt: AttemptOptions): RunningAttempt {
  const { check, number, options, stack, openProbes, timeoutMs, clock, onProgress, onEnd } = attempt;
  const ending = new Ending();
  const startedAt = clock.monotonic();
  let budgetMs = timeoutMs;
  const remainingMs = () => Math.max(0, budgetMs - (clock.monotonic() - startedAt));
  let opened: OpenedProbes | undefined;
  let ended = false;
  const progress = (line: string) => {
    if (!ended) onProgress(line);
  };
  let cancelTimer = arm(timeoutMs);

  function arm(delayMs: number): () => void {
    return clock.after(delayMs, () => {
      const lagMs = clock.monotonic() - startedAt - budgetMs;
      if (lagMs > tolerableLagMs) {
        budgetMs += lagMs;
        cancelTimer = arm(lagMs);
        return;
      }
      ending.abort(new ProbeError('TIMEOUT', `no answer within ${formatDuration(timeoutMs)}`));
      cancelTimer = clock.after(lastWordsMs, () => end(timedOut(timeoutMs)));
    });
  }

  function end(outcome: Outcome): void {
    if (ended) return;
    ended = true;
    cancelTimer();
    ending.abort(attemptOver);
    if (!opened) {
      onEnd(outcome);
      return;
    }
    closeWithin(opened, check.effects === 'disruptive' ? restoreWithinMs : closeWithinMs, clock, (problem) =>
      onEnd(
        problem === undefined ? outcome : { status: 'error', code: 'threw', actual: problem, evidence: [] },
      ),
    );
  }

  const scope: AttemptScope = {
    check,
    number,
    get signal() {
      return ending.signal;
    },
    onAbort: ending.onAbort,
    remainingMs,
    progress,
  };
  const partsOf = (probes: Partial<Probes>): ContextParts => ({
    probes,
    options,
    stack,
    get signal() {
      return ending.signal;
    },
    remainingMs,
  });
  const run = async () => {
    const opening = openProbes(scope);
    // Awaited only where it has to be: a turn of the loop is more than many a check takes.
    const got = opening instanceof Promise ? await opening : opening;
    if (ended) return void (await got.close());
    opened = got;
    const outcome = judgeVerdict(check, await check.run(contextOf(check, partsOf(got.probes))));
    if (ending.isOver && outcome.status === 'pass') return end(timedOut(timeoutMs));
    end(outcome);
  };
  inAttempt({ checkId: check.id, number, isOver: () => ended }, run).catch((thrown) => {
    end(
      ending.isOver
        ? timedOut(timeoutMs)
        : { status: 'error', code: 'threw', actual: messageOf(thrown), stack: stackOf(thrown), evidence: [] },
    );
  });
  return { end };
}

/** Calls back once, when everything is let go of or the time for it is over. */
function closeWithin(opened: OpenedProbes, ms: number, clock: Clock, done: (problem?: string) => void): void {
  const failed = (thrown: unknown) => `cleaning up: ${messageOf(thrown)}`;
  let closing: Promise<void> | void;
  try {
    closing = opened.close();
  } catch (thrown) {
    done(failed(thrown));
    return;
  }
  if (!closing) {
    done();
    return;
  }
  let called = false;
  const once = (problem?: string) => {
    if (called) return;
    called = true;
    cancel();
    done(problem);
  };
  const cancel = clock.after(ms, () => once());
  closing.then(
    () => once(),
    (thrown) => once(failed(thrown)),
  );
}

function timedOut(timeoutMs: number): Outcome {
  return {
    status: 'fail',
    code: 'timeout',
    expected: `a verdict within ${formatDuration(timeoutMs)}`,
    actual: 'none was given',
    hint: `give it more time: --timeout ${formatDuration(timeoutMs * 2).replace(/ /g, '')}`,
    evidence: [],
  };
}

function stackOf(thrown: unknown): string | undefined {
  return thrown instanceof Error ? thrown.stack : undefined;
}

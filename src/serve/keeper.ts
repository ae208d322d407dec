import { type Clock, systemClock } from '../base/clock.ts';
import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { RunResult } from '../check/result.ts';

/** The end of one run: its result, or why there is none. Times are milliseconds since the Unix epoch. */
export interface Outcome {
  /** Number of the run, from 1 on. */
  number: number;
  startedAtMs: number;
  endedAtMs: number;
  result?: RunResult;
  fault?: Fault;
}

export interface KeeperOptions {
  /** Runs the checks once. Rejects with a `Fault` where there is no result. */
  run(signal: AbortSignal): Promise<RunResult>;
  /** Time from the start of one run to the start of the next; on request: the age from which an outcome is replaced. */
  everyMs: number;
  /** Run when an outcome is asked for, and not by the clock. */
  onRequest: boolean;
  /** Longest time of one run. By the clock, an outcome that is older than this and `everyMs` together is stale. */
  longestRunMs: number;
  /** Ends the run in progress, whose outcome is dropped, and starts no other. */
  signal: AbortSignal;
  clock?: Clock;
}

/** The latest outcome of repeated runs. No two runs overlap. */
export interface Keeper {
  readonly latest: Outcome | undefined;
  readonly isRunning: boolean;
  /** Numbers of runs since the start. */
  readonly counts: Readonly<Record<'passed' | 'failed' | 'broken', number>>;
  /** Resolves to the outcome that applies now. Callers share one run. Never rejects. */
  current(): Promise<Outcome>;
  /** Milliseconds since the end of the run. */
  ageMs(outcome: Outcome): number;
  /** Calls the listener when a run starts and when it ends. Returns what removes it. */
  onChange(listener: () => void): () => void;
  /** Resolves once no run is in progress and none will start. */
  readonly ended: Promise<void>;
}

/** Shortest time from the end of a run to the start of the next: a run longer than `everyMs` leaves the stack a pause. */
const shortestPauseMs = 1000;

/** Starts the repeated runs. */
export function startKeeper(options: KeeperOptions): Keeper {
  const { run, everyMs, onRequest, longestRunMs, signal, clock = systemClock } = options;
  const counts = { passed: 0, failed: 0, broken: 0 };
  const listeners = new Set<() => void>();
  let latest: Outcome | undefined;
  let running: Promise<Outcome> | undefined;
  let number = 0;
  let cancelNext = () => {};
  let markEnded = () => {};
  const ended = new Promise<void>((resolve) => {
    markEnded = resolve;
  });
  const changed = () => {
    for (const listener of listeners) listener();
  };

  const start = (): Promise<Outcome> => {
    running ??= runOnce().finally(() => {
      running = undefined;
      changed();
      if (signal.aborted) markEnded();
    });
    changed();
    return running;
  };
  const runOnce = async (): Promise<Outcome> => {
    const startedAtMs = clock.now();
    const outcome: Outcome = { number: ++number, startedAtMs, endedAtMs: startedAtMs };
    try {
      outcome.result = await run(signal);
    } catch (thrown) {
      outcome.fault = thrown instanceof Fault ? thrown : unexpected(thrown);
    }
    outcome.endedAtMs = clock.now();
    if (signal.aborted) return { ...withoutVerdict(outcome), fault: stopping };
    counts[outcome.fault ? 'broken' : outcome.result?.ok ? 'passed' : 'failed']++;
    latest = outcome;
    return outcome;
  };
  const repeat = () => {
    const startedAt = clock.monotonic();
    void start().then(() => {
      if (signal.aborted) return;
      const leftMs = everyMs - (clock.monotonic() - startedAt);
      cancelNext = clock.after(Math.max(leftMs, shortestPauseMs), repeat);
    });
  };

  signal.addEventListener('abort', () => {
    cancelNext();
    if (!running) markEnded();
  });
  if (!onRequest) repeat();

  return {
    get latest() {
      return latest;
    },
    get isRunning() {
      return running !== undefined;
    },
    counts,
    ended,
    ageMs: ({ endedAtMs }) => Math.max(0, clock.now() - endedAtMs),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async current() {
      if (signal.aborted) return withoutRun(stopping);
      if (onRequest) return latest && clock.now() - latest.startedAtMs < everyMs ? latest : start();
      if (!latest) return withoutRun(notYet);
      // The timers of a machine that was suspended have not fired yet.
      const isStale = clock.now() - latest.startedAtMs > everyMs + longestRunMs;
      return isStale ? { ...withoutVerdict(latest), fault: stale } : latest;
    },
  };

  function withoutRun(fault: Fault): Outcome {
    return { number: 0, startedAtMs: clock.now(), endedAtMs: clock.now(), fault };
  }
}

function withoutVerdict({ number, startedAtMs, endedAtMs }: Outcome): Outcome {
  return { number, startedAtMs, endedAtMs };
}

function unexpected(cause: unknown): Fault {
  return new Fault({ code: 'internal', message: `an unexpected error: ${messageOf(cause)}`, cause });
}

const notYet = new Fault({
  code: 'not-yet-verified',
  message: 'the first run has not ended yet',
  hint: 'try again in a few seconds',
  exitCode: ExitCode.unavailable,
});

const stale = new Fault({
  code: 'stale-result',
  message: 'the latest result is older than the time between two runs allows',
  hint: 'try again in a few seconds: a run is due',
  exitCode: ExitCode.unavailable,
});

const stopping = new Fault({
  code: 'stopping',
  message: 'the server is stopping',
  exitCode: ExitCode.unavailable,
});

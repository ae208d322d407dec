import type { Clock } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { messageOf, stackOf } from '../base/errors.ts';
import { type ContextParts, contextOf } from '../check/check-context.ts';
import type { Check } from '../check/define-check.ts';
import { stackSeenBy } from '../check/instance.ts';
import { judgeVerdict, plainVerdict } from '../check/judge-verdict.ts';
import { ProbeError, type Probes } from '../check/probes.ts';
import type { StackInfo } from '../check/stack.ts';
import type { Fail } from '../check/verdict.ts';
import { closeWithin } from './close-within.ts';
import { Ending } from './ending.ts';
import { hindered, type Outcome, timedOut, untimely, withEvidenceOf, withProblem } from './outcome.ts';
import { type AttemptContext, inAttempt } from './stray-errors.ts';

/** One attempt as the probes see it. */
export interface AttemptScope {
  check: Check;
  /** From 1. */
  number: number;
  /** Aborts with a `ProbeError` (`TIMEOUT`) at the deadline, and when the attempt is over. */
  readonly signal: AbortSignal;
  /** Cheaper than `signal`, which is created on demand. Returns a function that removes the listener. */
  onAbort?(listener: () => void): () => void;
  remainingMs(): number;
  /** Milliseconds of the whole attempt. */
  readonly timeoutMs: number;
  /** Gives back the time that the start of a helper of ours took. */
  giveBack(ms: number): void;
  /** Reports a line of progress. */
  progress(line: string): void;
  /** Ends the attempt as broken: the check asked for more than its effects allow, whatever it makes of the refusal. */
  refuse(actual: string): void;
  /** Makes a failure of this attempt a skip: the read-only run kept this from the stack, and it may fail for that. */
  hinder(what: string): void;
  /** Makes a failure of this attempt a timeout: a call began with hardly any time left, so it says nothing about the stack. */
  outOfTime(what: string): void;
}

export interface OpenedProbes {
  probes: Partial<Probes>;
  /** Releases what the attempt held; undoes what it changed of the stack. */
  close(): Promise<void> | void;
  /** What is not undone yet of the attempt's changes to the stack. */
  left?(): string | undefined;
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
  /** The same a moment later: the probes reject, and the check may still hand over the evidence that it has. */
  cut(outcome: Fail): void;
}

/** How long a check may take after its deadline to return its own failure with evidence; a pass is then too late. */
export const evidenceGraceMs = 500;
/** A timer that fires so much late was held up by a blocked event loop; the check gets that time back. */
const tolerableLagMs = 250;

const runOver = new ProbeError('TIMEOUT', 'the time of the run is over');
const attemptOver = new ProbeError('ATTEMPT_OVER', 'the attempt is over');

/** Runs a check once, under a deadline that needs nothing of the check or its libraries. Never throws, always ends. */
export function startAttempt(options: AttemptOptions): RunningAttempt {
  const attempt = new OneAttempt(options);
  attempt.start();
  return attempt;
}

class OneAttempt implements AttemptScope, ContextParts, AttemptContext, RunningAttempt {
  readonly check: Check;
  readonly checkId: string;
  readonly number: number;
  readonly options: unknown;
  readonly stack: StackInfo;
  probes: Partial<Probes> = {};
  readonly #attempt: AttemptOptions;
  readonly #ending = new Ending();
  readonly #startedAt: number;
  #budgetMs: number;
  #cancelTimer = () => {};
  #opened: OpenedProbes | undefined;
  #ended = false;
  #cutOutcome: Fail | undefined;
  #hindrance: string | undefined;
  #outOfTime: string | undefined;

  constructor(attempt: AttemptOptions) {
    this.#attempt = attempt;
    this.check = attempt.check;
    this.checkId = attempt.check.id;
    this.number = attempt.number;
    this.options = attempt.options;
    this.stack = stackSeenBy(attempt.check, attempt.stack);
    this.#startedAt = attempt.clock.monotonic();
    this.#budgetMs = attempt.timeoutMs;
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get timeoutMs(): number {
    return this.#attempt.timeoutMs;
  }

  readonly onAbort = (listener: () => void) => this.#ending.onAbort(listener);

  readonly remainingMs = () =>
    Math.max(0, this.#budgetMs - (this.#attempt.clock.monotonic() - this.#startedAt));

  readonly giveBack = (ms: number) => {
    this.#budgetMs += ms;
  };

  readonly progress = (line: string) => {
    if (!this.#ended) this.#attempt.onProgress(line);
  };

  readonly refuse = (actual: string) =>
    this.end({ status: 'error', code: 'undeclared-effect', actual, evidence: [] });

  readonly hinder = (what: string) => {
    this.#hindrance ??= what;
  };

  readonly outOfTime = (what: string) => {
    this.#outOfTime ??= what;
  };

  isOver(): boolean {
    return this.#ended;
  }

  start(): void {
    const { timeoutMs } = this.#attempt;
    this.#arm(timeoutMs);
    // Where all the code is ours nothing goes astray, and to follow it would cost more than the rest of an attempt.
    const running = this.check.isBounded ? this.#run() : inAttempt(this, () => this.#run());
    running.catch((thrown) => {
      this.end(
        this.#ending.isOver
          ? (this.#cutOutcome ?? timedOut(timeoutMs))
          : {
              status: 'error',
              code: 'threw',
              actual: messageOf(thrown),
              stack: stackOf(thrown),
              evidence: [],
            },
      );
    });
  }

  cut(outcome: Fail): void {
    this.#cutOutcome = outcome;
    this.#cancelTimer();
    this.#cancelTimer = this.#attempt.clock.after(evidenceGraceMs, () => this.end(outcome));
    this.#ending.abort(runOver);
  }

  end(given: Outcome): void {
    if (this.#ended) return;
    const timely =
      this.#outOfTime === undefined ? given : untimely(given, this.#outOfTime, this.#attempt.timeoutMs);
    const outcome = this.#hindrance === undefined ? timely : hindered(timely, this.#hindrance);
    this.#ended = true;
    this.#cancelTimer();
    this.#ending.abort(attemptOver);
    const { clock, onEnd } = this.#attempt;
    if (!this.#opened) {
      onEnd(outcome);
      return;
    }
    closeWithin(this.#opened, clock, (problem) =>
      onEnd(problem === undefined ? outcome : withProblem(outcome, problem)),
    );
  }

  async #run(): Promise<void> {
    const { check, openProbes, timeoutMs } = this.#attempt;
    const opening = openProbes(this);
    // Awaited only where it has to be: a turn of the loop is more than many a check takes.
    const opened = opening instanceof Promise ? await opening : opening;
    if (this.#ended) return void (await opened.close());
    this.#opened = opened;
    this.probes = opened.probes;
    const verdict = await check.run(contextOf(check, this));
    const outcome = judgeVerdict(check, check.isBounded ? verdict : plainVerdict(verdict));
    if (this.#cutOutcome) this.end(withEvidenceOf(outcome, this.#cutOutcome));
    else this.end(this.#ending.isOver && outcome.status === 'pass' ? timedOut(timeoutMs) : outcome);
  }

  #arm(delayMs: number): void {
    const { clock, timeoutMs } = this.#attempt;
    this.#cancelTimer = clock.after(delayMs, () => {
      const elapsedMs = clock.monotonic() - this.#startedAt;
      const lagMs = elapsedMs - this.#budgetMs;
      if (lagMs < 0) return this.#arm(-lagMs);
      if (lagMs > tolerableLagMs) {
        this.#budgetMs = elapsedMs + lagMs;
        this.#arm(lagMs);
        return;
      }
      this.#ending.abort(new ProbeError('TIMEOUT', `no answer within ${formatDuration(timeoutMs)}`));
      this.#cancelTimer = clock.after(evidenceGraceMs, () => this.end(timedOut(timeoutMs)));
    });
  }
}

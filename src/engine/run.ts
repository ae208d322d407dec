import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Check } from '../check/define-check.ts';
import type { Attempt, CheckResult, RunResult } from '../check/result.ts';
import type { StackInfo } from '../check/stack.ts';
import { type OpenProbes, type Outcome, type RunningAttempt, startAttempt } from './attempt.ts';
import type { RunListener } from './events.ts';
import type { Plan } from './plan.ts';
import { reasonToSkip } from './reason-to-skip.ts';
import { resultOf, runResultOf } from './results.ts';
import { catchStrayErrors } from './stray-errors.ts';

export interface RunOptions {
  plan: Plan;
  stack: StackInfo;
  openProbes: OpenProbes;
  /** Validated options by check id; absent: the check has none. */
  options: ReadonlyMap<string, unknown>;
  /** Longest time of one attempt, where the check does not say. */
  timeoutMs: number;
  /** Longest time of the run. */
  deadlineMs: number;
  /** How long a failing check is tried again, from its first attempt on. 0: once. */
  retryForMs: number;
  concurrency: number;
  bail: boolean;
  readOnly: boolean;
  toolVersion: string;
  traceId?: string | undefined;
  /** Applied to all text of a result. */
  redact?: (text: string) => string;
  /** Interrupts the run; a reason with an `exitCode` gives the run that code. */
  signal?: AbortSignal;
  clock?: Clock;
  listeners?: readonly RunListener[];
}

export interface Run {
  /** Resolves once each check has its verdict; never rejects. */
  result: Promise<RunResult>;
  /**
   * Ends the run at once and without waiting, when the process can no longer go on: each check gets a verdict,
   * the one that blocks the process `stalled`.
   */
  abandon(stalledId: string | undefined): RunResult;
}

const firstPauseMs = 100;
const longestPauseMs = 2000;

/** Where a check is on its way. */
interface Progress {
  check: Check;
  index: number;
  /** How many checks it still waits for. */
  waitingFor: number;
  /** Runs alone, after all others: it takes services away, or comes after one that does. */
  alone: boolean;
  state: 'waiting' | 'ready' | 'running' | 'pausing' | 'done';
  attempts: Attempt[];
  startMs: number;
  running?: RunningAttempt;
  cancelPause?: () => void;
  result?: CheckResult;
}

/**
 * Runs the plan: at most `concurrency` attempts at once, ready checks in the order of the plan. A state machine that
 * is driven by ends of attempts, so that no check can take the others with it.
 */
export function startRun(options: RunOptions): Run {
  const { plan, stack, openProbes, clock = systemClock, listeners = [], signal } = options;
  const startedAt = clock.monotonic();
  const startedAtIso = new Date(clock.now()).toISOString();
  const elapsedMs = () => clock.monotonic() - startedAt;
  const emit: RunListener = (event) => {
    for (const listener of listeners) listener(event);
  };
  const all: Progress[] = plan.checks.map((check, index) => ({
    check,
    index,
    waitingFor: plan.after[index]?.length ?? 0,
    alone: false,
    state: 'waiting',
    attempts: [],
    startMs: 0,
  }));
  const dependents: number[][] = all.map(() => []);
  plan.after.forEach((before, index) => {
    for (const position of before) dependents[position]?.push(index);
  });
  for (const progress of all) {
    const before = plan.after[progress.index] ?? [];
    progress.alone =
      progress.check.effects === 'disruptive' || before.some((position) => all[position]?.alone);
  }
  const ready = { together: [] as number[], alone: [] as number[] };
  let togetherLeft = all.filter(({ alone }) => !alone).length;
  let left = all.length;
  let active = 0;
  let aloneActive = false;
  let endedBy: RunResult['endedBy'];
  let final: RunResult | undefined;
  let internalError: string | undefined;
  const strays = new Map<string, string>();
  let resolve: (result: RunResult) => void;
  const result = new Promise<RunResult>((done) => {
    resolve = done;
  });

  const stopCatching = catchStrayErrors((thrown, context) => {
    const progress = context && all.find(({ check }) => check.id === context.checkId);
    if (!context || !progress) {
      internalError ??= messageOf(thrown);
      return;
    }
    const actual = `outside of its promise: ${messageOf(thrown)}`;
    if (progress.running && !context.isOver()) {
      progress.running.end({ status: 'error', code: 'threw', actual, evidence: [] });
    } else strays.set(context.checkId, `after it had returned: ${messageOf(thrown)}`);
  });
  const cancelDeadline = clock.after(options.deadlineMs, () => endRun('deadline'));
  const onAbort = () => endRun('interrupted');
  signal?.addEventListener('abort', onAbort, { once: true });

  emit({ type: 'run-start', checks: plan.checks, stack, startedAt: startedAtIso });
  for (const progress of all) if (progress.waitingFor === 0) makeReady(progress);
  if (signal?.aborted) onAbort();
  pump();
  return { result, abandon };

  function makeReady(progress: Progress): void {
    progress.state = 'ready';
    insertSorted(progress.alone ? ready.alone : ready.together, progress.index);
  }

  /** Starts whatever may start now. Idempotent. */
  function pump(): void {
    while (!endedBy && active < options.concurrency && !aloneActive && ready.together.length > 0) {
      start(ready.together.shift() as number);
    }
    while (!endedBy && togetherLeft === 0 && active === 0 && ready.alone.length > 0) {
      start(ready.alone.shift() as number);
    }
    if (left === 0) finish();
  }

  function start(index: number): void {
    const progress = all[index] as Progress;
    const { check } = progress;
    if (progress.attempts.length === 0) {
      progress.startMs = elapsedMs();
      const skip = reasonToSkip(check, stack, options.readOnly);
      if (skip) {
        settle(progress, skip);
        return;
      }
      emit({ type: 'check-start', check });
    }
    progress.state = 'running';
    active++;
    if (progress.alone) aloneActive = true;
    const attemptStartMs = elapsedMs();
    const number = progress.attempts.length + 1;
    progress.running = startAttempt({
      check,
      number,
      options: options.options.get(check.id) ?? {},
      stack,
      openProbes,
      timeoutMs: check.timeoutMs ?? options.timeoutMs,
      clock,
      onProgress: (line) => emit({ type: 'progress', check, line }),
      onEnd: (outcome) => afterAttempt(progress, outcome, number, attemptStartMs),
    });
  }

  function afterAttempt(progress: Progress, outcome: Outcome, number: number, startMs: number): void {
    if (progress.state !== 'running') return;
    delete progress.running;
    active--;
    if (progress.alone) aloneActive = false;
    const attempt: Attempt = {
      number,
      startMs,
      durationMs: elapsedMs() - startMs,
      status: outcome.status,
      ...('code' in outcome ? { code: outcome.code, actual: outcome.actual } : {}),
    };
    progress.attempts.push(attempt);
    const pauseMs = Math.min(firstPauseMs * 1.5 ** (number - 1), longestPauseMs);
    const willRetry =
      outcome.status === 'fail' &&
      !endedBy &&
      elapsedMs() + pauseMs - progress.startMs <= options.retryForMs &&
      elapsedMs() + pauseMs < options.deadlineMs;
    emit({ type: 'attempt', check: progress.check, attempt, willRetry });
    if (willRetry) {
      progress.state = 'pausing';
      progress.cancelPause = clock.after(pauseMs, () => {
        makeReady(progress);
        pump();
      });
    } else settle(progress, outcome);
    pump();
  }

  /** The verdict is in: tells it, and frees or decides what waited for it. */
  function settle(progress: Progress, outcome: Outcome | { status: 'blocked'; blockedBy: string[] }): void {
    const { check, attempts, startMs } = progress;
    const result = resultOf({
      check,
      outcome,
      attempts,
      startMs,
      endMs: elapsedMs(),
      redact: options.redact,
    });
    progress.result = result;
    progress.state = 'done';
    left--;
    if (!progress.alone) togetherLeft--;
    emit({ type: 'check-end', check, result });
    if (options.bail && !endedBy && bails(result)) endRun('bail');
    for (const index of dependents[progress.index] ?? []) {
      const dependent = all[index] as Progress;
      if (--dependent.waitingFor > 0 || dependent.state !== 'waiting') continue;
      const verdict = verdictFromBefore(dependent);
      dependent.startMs = elapsedMs();
      if (verdict) settle(dependent, verdict);
      else makeReady(dependent);
    }
  }

  function verdictFromBefore({ index }: Progress): Parameters<typeof settle>[1] | undefined {
    const before = (plan.after[index] ?? []).map((position) => all[position]?.result as CheckResult);
    const roots = before.flatMap(({ status, id, blockedBy }) =>
      status === 'fail' || status === 'error' ? [id] : (blockedBy ?? []),
    );
    if (roots.length > 0) return { status: 'blocked', blockedBy: [...new Set(roots)] };
    const skipped = before.find(({ status }) => status === 'skip');
    if (!skipped) return undefined;
    const { id, reason = '', enable } = skipped;
    return {
      status: 'skip',
      reason: reason.startsWith('it builds on ')
        ? reason
        : `it builds on ${id}, which was skipped: ${reason}`,
      ...(enable ? { enable } : {}),
    };
  }

  /** Gives every check that has no verdict one, and lets nothing start any more. */
  function endRun(why: NonNullable<RunResult['endedBy']>): void {
    if (endedBy || final) return;
    endedBy = why;
    for (const progress of all) {
      progress.cancelPause?.();
      if (progress.running) progress.running.end(cutShort(why, options.deadlineMs));
      else if (progress.state !== 'done') settleUnstarted(progress, why);
    }
    pump();
  }

  function settleUnstarted(progress: Progress, why: NonNullable<RunResult['endedBy']> | 'stall'): void {
    if (progress.attempts.length === 0) progress.startMs = elapsedMs();
    const never = { status: 'skip' as const, reason: unstartedReasons[why] };
    settle(progress, progress.attempts.length > 0 ? lastOutcome(progress) : never);
  }

  function finish(): void {
    if (final) return;
    final = compose();
    // What a check left behind may throw in the next turns of the loop; it is still told.
    afterLoopTurns(2, () => {
      if (strays.size > 0 || internalError) final = compose();
      close();
    });
  }

  function compose(): RunResult {
    const checks = all.map(({ result }) => {
      const settled = result as CheckResult;
      const stray = strays.get(settled.id);
      return stray === undefined ? settled : asStray(settled, stray);
    });
    return runResultOf({
      checks,
      stack,
      startedAt: startedAtIso,
      durationMs: elapsedMs(),
      endedBy,
      internalError,
      interruption: signal?.reason,
      toolVersion: options.toolVersion,
      traceId: options.traceId,
    });
  }

  function close(): void {
    cancelDeadline();
    signal?.removeEventListener('abort', onAbort);
    stopCatching();
    emit({ type: 'run-end', result: final as RunResult });
    resolve(final as RunResult);
  }

  function abandon(stalledId: string | undefined): RunResult {
    endedBy ??= 'deadline';
    for (const progress of all) {
      if (progress.state === 'done') continue;
      const isCulprit = progress.check.id === stalledId;
      if (isCulprit || progress.state === 'running') {
        settle(progress, isCulprit ? stalled : { status: 'skip', reason: unstartedReasons.stall });
      } else settleUnstarted(progress, 'stall');
    }
    final = compose();
    return final;
  }
}

const unstartedReasons = {
  deadline: "the run's deadline passed before it started",
  bail: 'the run ended at the first failure before it started (--bail)',
  interrupted: 'the run was interrupted before it started',
  stall: 'another check blocked the process before it had its verdict',
};

const stalled: Outcome = {
  status: 'error',
  code: 'stalled',
  actual: 'it blocked the whole process and had to be ended from outside',
  evidence: [],
};

function cutShort(why: NonNullable<RunResult['endedBy']>, deadlineMs: number): Outcome {
  if (why === 'deadline') {
    return {
      status: 'fail',
      code: 'timeout',
      expected: `a verdict within the run's deadline of ${deadlineMs} ms`,
      actual: 'none was given',
      hint: 'give the run more time: --deadline',
      evidence: [],
    };
  }
  return {
    status: 'skip',
    reason: why === 'bail' ? 'the run ended at the first failure (--bail)' : 'the run was interrupted',
  };
}

function lastOutcome({ attempts }: Progress): Outcome {
  const last = attempts.at(-1) as Attempt;
  return {
    status: 'fail',
    code: last.code ?? 'timeout',
    expected: 'a pass before the run ended',
    actual: last.actual ?? '',
    evidence: [],
  };
}

function bails({ status, level }: CheckResult): boolean {
  return status === 'error' || (status === 'fail' && level === 'required');
}

function asStray(result: CheckResult, actual: string): CheckResult {
  const { id, area, title, failureTitle, level, tags, effects, source, evidence, attempts } = result;
  const { startMs, durationMs } = result;
  const told = {
    id,
    area,
    title,
    failureTitle,
    level,
    tags,
    effects,
    source,
    evidence,
    attempts,
    startMs,
    durationMs,
  };
  return { ...told, status: 'error', code: 'threw-after-return', actual };
}

function insertSorted(list: number[], value: number): void {
  const last = list.at(-1);
  if (last === undefined || last < value) {
    list.push(value);
    return;
  }
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, value);
}

function afterLoopTurns(turns: number, done: () => void): void {
  if (turns === 0) done();
  else setImmediate(() => afterLoopTurns(turns - 1, done));
}

import { systemClock } from '../base/clock.ts';
import type { Attempt, CheckResult, RunResult } from '../check/result.ts';
import { startAttempt } from './attempt.ts';
import { collectStrays } from './collect-strays.ts';
import type { RunListener } from './events.ts';
import { failWithoutService } from './fail-without-service.ts';
import {
  type Blocked,
  cutShort,
  type EndOfRun,
  pastDeadline,
  stalled,
  unstartedReasons,
} from './forced-outcomes.ts';
import type { Outcome } from './outcome.ts';
import { type Progress, progressOf } from './progress.ts';
import { reasonToSkip } from './reason-to-skip.ts';
import { redactOrOmit } from './redact-deep.ts';
import { runResultOf } from './results.ts';
import type { Run, RunOptions } from './run-options.ts';
import { Schedule } from './schedule.ts';
import { createSettle } from './settle.ts';
import { findSilentServices } from './silent-services.ts';
import { findUnused } from './waivers.ts';

const firstPauseMs = 100;
const longestPauseMs = 2000;

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
    for (const listener of listeners) strays.guard(`a listener of ${event.type}`, () => listener(event));
  };
  const all = progressOf(plan);
  const strays = collectStrays(all, options.redact);
  const silent = findSilentServices(options.ask, () => clock.now());
  const schedule = new Schedule(all, options.concurrency);
  const { settle, settleUnstarted } = createSettle({
    plan,
    all,
    schedule,
    emit,
    elapsedMs,
    redact: options.redact,
    acceptance: options.acceptance,
    fitHint: options.fitHint,
    onSettled: (settled) => {
      if (options.bail && !endedBy && bails(settled)) endRun('bail');
    },
  });
  let endedBy: RunResult['endedBy'];
  let isFinishing = false;
  let resolve: (result: RunResult) => void;
  const result = new Promise<RunResult>((done) => {
    resolve = done;
  });

  const cancelDeadline = clock.after(options.deadlineMs, () => endRun('deadline'));
  const onAbort = () => endRun('interrupted');
  signal?.addEventListener('abort', onAbort);

  emit({ type: 'run-start', checks: plan.checks, stack, startedAt: startedAtIso });
  if (signal?.aborted) onAbort();
  // After the caller has the run: the first check may block the process at once, and the caller has to detect it.
  setImmediate(pump);
  return { result, abandon };

  /** Starts every check that may start now. Idempotent. */
  function pump(): void {
    while (!endedBy) {
      const next = schedule.takeNext();
      if (!next) break;
      start(next);
    }
    if (schedule.isEmpty) finish();
  }

  function start(progress: Progress): void {
    const { check } = progress;
    if (progress.attempts.length === 0) {
      progress.startMs = elapsedMs();
      const verdict =
        reasonToSkip(check, stack, options.readOnly) ??
        failWithoutService(check, stack) ??
        silent.verdictBefore(check);
      if (verdict) {
        settle(progress, verdict);
        return;
      }
      emit({ type: 'check-start', check });
    }
    schedule.attemptStarts(progress);
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
    progress.running = undefined;
    const attempt: Attempt = {
      number,
      startMs,
      durationMs: elapsedMs() - startMs,
      status: outcome.status,
      ...('code' in outcome
        ? { code: outcome.code, actual: redactOrOmit(outcome.actual, options.redact) }
        : {}),
    };
    progress.attempts.push(attempt);
    const pauseMs = Math.min(firstPauseMs * 1.5 ** (number - 1), longestPauseMs);
    const willRetry =
      outcome.status === 'fail' &&
      !endedBy &&
      elapsedMs() + pauseMs - progress.startMs <= options.retryForMs &&
      elapsedMs() + pauseMs < options.deadlineMs;
    emit({ type: 'attempt', check: progress.check, attempt, willRetry });
    if (!willRetry) {
      afterLastAttempt(progress, outcome);
    } else {
      schedule.attemptEnds(progress);
      progress.state = 'pausing';
      progress.cancelPause = clock.after(pauseMs, () => {
        schedule.makeReady(progress);
        pump();
      });
    }
    pumpSoon();
  }

  /** Settles the check; where a service has to be asked first, nothing takes its place meanwhile. */
  function afterLastAttempt(progress: Progress, outcome: Outcome): void {
    const settleNow = (verdict: Outcome | Blocked) => {
      if (progress.state !== 'running') return;
      schedule.attemptEnds(progress);
      settle(progress, verdict);
      pumpSoon();
    };
    const verdict = silent.verdictAfter(progress.check, outcome);
    if (verdict instanceof Promise) {
      progress.last = outcome;
      verdict.then(settleNow, (thrown) => {
        strays.add('asking a service', thrown);
        settleNow(outcome);
      });
    } else settleNow(verdict);
  }

  /** Pumps at the end of this turn of the loop: what starts together sends together. */
  function pumpSoon(): void {
    setImmediate(pump);
  }

  /** Settles every check without a verdict, and starts nothing more. */
  function endRun(why: EndOfRun): void {
    if (endedBy || isFinishing) return;
    endedBy = why;
    for (const progress of all) {
      progress.cancelPause?.();
      if (progress.running) {
        if (why === 'deadline') progress.running.cut(pastDeadline(options.deadlineMs));
        else progress.running.end(cutShort(why));
      } else if (progress.state !== 'done') settleUnstarted(progress, why);
    }
    pump();
  }

  function finish(): void {
    if (isFinishing) return;
    isFinishing = true;
    // What a check left behind may throw in the next turns of the loop; it is still reported.
    afterLoopTurns(2, close);
  }

  function compose(): RunResult {
    const checks = all.map(({ result }) => strays.applyTo(result as CheckResult));
    const waivers = strays.guard('the waivers', () => options.acceptance?.findUnneeded()) ?? [];
    const shard = plan.shard && { ...plan.shard, ...(waivers.length > 0 && { waivers }) };
    return runResultOf({
      checks,
      unusedWaivers: findUnused(waivers, checks),
      selected: plan.selected,
      excluded: plan.excluded ?? [],
      stack,
      startedAt: startedAtIso,
      durationMs: elapsedMs(),
      endedBy,
      internalError: strays.internalError(),
      interruption: signal?.reason,
      toolVersion: options.toolVersion,
      traceId: options.traceId,
      labels: { ...options.labels, ...(shard && { shard }) },
    });
  }

  function close(): void {
    cancelDeadline();
    signal?.removeEventListener('abort', onAbort);
    strays.stop();
    const composed = compose();
    emit({ type: 'run-end', result: composed });
    // A listener of the end may have thrown.
    resolve(strays.internalError() === composed.internalError ? composed : compose());
  }

  function abandon(stalledId: string | undefined): RunResult {
    endedBy ??= 'deadline';
    for (const progress of all) {
      if (progress.state === 'done') continue;
      const isCulprit = progress.check.id === stalledId;
      if (isCulprit || progress.running) {
        settle(progress, isCulprit ? stalled : { status: 'skip', reason: unstartedReasons.stall });
      } else settleUnstarted(progress, 'stall');
    }
    return compose();
  }
}

function bails({ status, level }: CheckResult): boolean {
  return status === 'error' || (status === 'fail' && level === 'required');
}

function afterLoopTurns(turns: number, done: () => void): void {
  if (turns === 0) done();
  else setImmediate(() => afterLoopTurns(turns - 1, done));
}

import type { CheckResult } from '../check/result.ts';
import { type Acceptance, withAcceptance } from './acceptance.ts';
import type { RunListener } from './events.ts';
import {
  type Blocked,
  type EndOfRun,
  lastOutcome,
  unreportable,
  unstartedReasons,
  verdictFromBefore,
} from './forced-outcomes.ts';
import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Progress } from './progress.ts';
import { redactOrOmit } from './redact-deep.ts';
import { resultOf } from './results.ts';
import type { Schedule } from './schedule.ts';

export interface SettleOptions {
  plan: Plan;
  all: readonly Progress[];
  schedule: Schedule;
  emit: RunListener;
  elapsedMs(): number;
  redact?: ((text: string) => string) | undefined;
  /** Decides which failures do not fail the run. Default: none. */
  acceptance?: Acceptance | undefined;
  fitHint?: ((hint: string) => string) | undefined;
  /** Called with each result, before the checks that waited for it are settled or made ready. */
  onSettled(result: CheckResult): void;
}

/** Gives checks their verdicts, and with them the checks that waited for those. */
export interface Settle {
  /** Records the verdict, emits it, and makes ready or settles the checks that waited for it. */
  settle(progress: Progress, outcome: Outcome | Blocked): void;
  /** Settles a check of which no attempt is running, at the end of the run. */
  settleUnstarted(progress: Progress, why: EndOfRun | 'stall'): void;
}

export function createSettle(options: SettleOptions): Settle {
  const { plan, all, schedule, emit, elapsedMs, redact, fitHint, acceptance, onSettled } = options;
  const resultOfId = (id: string) => all.find(({ check }) => check.id === id)?.result;
  return { settle, settleUnstarted };

  function settle(progress: Progress, outcome: Outcome | Blocked): void {
    const { check } = progress;
    const result = resultFor(progress, outcome);
    progress.result = result;
    schedule.done(progress);
    emit({ type: 'check-end', check, result });
    onSettled(result);
    for (const index of progress.dependents) {
      const dependent = all[index] as Progress;
      if (--dependent.waitingFor > 0 || dependent.state !== 'waiting') continue;
      const before = plan.after[index] as readonly number[];
      const verdict = verdictFromBefore(
        dependent.check,
        before.map((position) => all[position]?.result as CheckResult),
      );
      dependent.startMs = elapsedMs();
      if (verdict) settle(dependent, verdict);
      else schedule.makeReady(dependent);
    }
  }

  /** Returns the result; an error of the check if no result can be made of its outcome. */
  function resultFor({ check, attempts, startMs }: Progress, outcome: Outcome | Blocked): CheckResult {
    const settled = { check, outcome, attempts, startMs, endMs: elapsedMs(), redact, fitHint };
    try {
      return withAcceptance(resultOf(settled), acceptance, resultOfId);
    } catch (thrown) {
      const { title, failureTitle } = check;
      const texts = { title: redactOrOmit(title, redact), failureTitle: redactOrOmit(failureTitle, redact) };
      const broken = unreportable(thrown, redact);
      return resultOf({ ...settled, check: { ...check, ...texts }, outcome: broken, redact: undefined });
    }
  }

  function settleUnstarted(progress: Progress, why: EndOfRun | 'stall'): void {
    if (progress.attempts.length === 0) progress.startMs = elapsedMs();
    const never = { status: 'skip' as const, reason: unstartedReasons[why] };
    settle(
      progress,
      progress.last ?? (progress.attempts.length > 0 ? lastOutcome(progress.attempts) : never),
    );
  }
}

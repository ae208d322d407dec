import type { Check } from '../check/define-check.ts';
import type { Attempt, CheckResult, RunResult } from '../check/result.ts';
import type { StackInfo } from '../check/stack.ts';

/** An event of a run, in this order for each check. Live reporters and telemetry listen. */
export type RunEvent =
  | { type: 'run-start'; checks: readonly Check[]; stack: StackInfo; startedAt: string }
  | { type: 'check-start'; check: Check }
  /** The progress of a long call of a check: a line of a build, not yet redacted. */
  | { type: 'progress'; check: Check; line: string }
  | { type: 'attempt'; check: Check; attempt: Attempt; willRetry: boolean }
  | { type: 'check-end'; check: Check; result: CheckResult }
  | { type: 'run-end'; result: RunResult };

export type RunListener = (event: RunEvent) => void;

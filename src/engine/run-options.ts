import type { Clock } from '../base/clock.ts';
import type { RunLabels, RunResult } from '../check/result.ts';
import type { StackInfo } from '../check/stack.ts';
import type { Acceptance } from './acceptance.ts';
import type { OpenProbes } from './attempt.ts';
import type { RunListener } from './events.ts';
import type { Plan } from './plan.ts';
import type { AskService } from './silent-services.ts';

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
  /** How long a failing check is retried, from its first attempt on. 0: once. */
  retryForMs: number;
  concurrency: number;
  bail: boolean;
  readOnly: boolean;
  /** Default: no failure is accepted. */
  acceptance?: Acceptance | undefined;
  toolVersion: string;
  traceId?: string | undefined;
  /** What the result records of the run. Default: nothing. */
  labels?: RunLabels;
  /** Applied to all text of a result. */
  redact?: (text: string) => string;
  /** Replaces what does not work on this stack in a hint. Default: hints are as the checks have them. */
  fitHint?: ((hint: string) => string) | undefined;
  /** Asks a service behind a failure without an answer. Default: each check fails for itself. */
  ask?: AskService | undefined;
  /** Interrupts the run; a reason with an `exitCode` gives the run that code. */
  signal?: AbortSignal;
  clock?: Clock;
  listeners?: readonly RunListener[];
}

export interface Run {
  /** Resolves once each check has its verdict; never rejects. */
  result: Promise<RunResult>;
  /**
   * Ends the run synchronously, for a process that is blocked: each check gets a verdict, the one that blocks it
   * `stalled`.
   */
  abandon(stalledId: string | undefined): RunResult;
}

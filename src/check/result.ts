import type { Effects } from './effects.ts';
import type { Evidence } from './evidence.ts';
import type { StackInfo } from './stack.ts';
import type { Examined } from './verdict.ts';

/** The five answers of a check. `error` (the check broke) and `blocked` (something in `after` did not pass) are the engine's. */
export type Status = 'pass' | 'fail' | 'skip' | 'error' | 'blocked';

/** One try. All are kept; the last one is the check's. Times are milliseconds from the start of the run. */
export interface Attempt {
  number: number;
  startMs: number;
  durationMs: number;
  status: Exclude<Status, 'blocked'>;
  code?: string;
  actual?: string;
}

export interface CheckResult {
  id: string;
  area: string;
  title: string;
  failureTitle: string;
  level: 'required' | 'advisory';
  tags: string[];
  effects: Effects;
  source: string;
  status: Status;
  /** pass */
  summary?: string;
  examined?: Examined[];
  /**
   * fail: a code of the check, or the engine's `timeout`, `examined-nothing`;
   * error: `threw`, `threw-after-return`, `stalled`, `bad-verdict`, `undeclared-effect`.
   */
  code?: string;
  expected?: string;
  actual?: string;
  hint?: string;
  /** skip */
  reason?: string;
  enable?: string;
  /** blocked: the root causes, not the neighbours. */
  blockedBy?: string[];
  evidence: Evidence[];
  attempts: Attempt[];
  /** Passed, but not at the first attempt. */
  flaky?: boolean;
  startMs: number;
  durationMs: number;
}

export interface NothingExamined {
  code: 'all-skipped' | 'empty-shard';
  message: string;
}

export const resultSchemaVersion = 1;

/** The result document: the source of every report. Redacted before it is made. */
export interface RunResult {
  schemaVersion: typeof resultSchemaVersion;
  tool: { name: 'meatymusic'; version: string };
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  traceId?: string;
  stack: StackInfo;
  /** Why the run ended before its checks did: `deadline`, `bail`, `interrupted`. */
  endedBy?: 'deadline' | 'bail' | 'interrupted';
  /** An error that came from no check: the run exits with 70. */
  internalError?: string;
  /** Why nothing was examined: every check was skipped, which is no success, or this part of a sharded run is empty. */
  nothingExamined?: NothingExamined;
  summary: Record<Status, number> & { total: number; flaky: number };
  ok: boolean;
  exitCode: number;
  /** In the order of the plan. */
  checks: CheckResult[];
}

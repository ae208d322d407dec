import type { Evidence } from './evidence.ts';

/** A count of what a verdict is based on: `{ count: 3, what: 'tables' }`. */
export interface Examined {
  /** Not negative; a pass of which every count is 0 is a failure. */
  count: number;
  /** `tables`; in the singular for a count of 1. */
  what: string;
}

/** The claim holds. The engine turns a pass that examined nothing into a failure. */
export interface Pass {
  status: 'pass';
  /** One line: `200 in 12 ms`. */
  summary: string;
  examined: Examined[];
  evidence: Evidence[];
}

/** The claim does not hold, for the reason of `code`. */
export interface Fail<Code extends string = string> {
  status: 'fail';
  code: Code;
  /** Expectation of the check, one line. */
  expected: string;
  /** Finding of the check, one line. */
  actual: string;
  /** What to do next. Default: the hint of the code. */
  hint?: string;
  evidence: Evidence[];
}

/** The claim cannot be judged here. */
export interface Skip {
  status: 'skip';
  /** Why it cannot be judged, as one line. */
  reason: string;
  /** A command or a setting that makes it possible. */
  enable?: string;
}

/** The result of one attempt at a check. */
export type Verdict<Code extends string = string> = Pass | Fail<Code> | Skip;

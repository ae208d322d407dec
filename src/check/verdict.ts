import type { Evidence } from './evidence.ts';

/** How much a verdict rests on: `{ count: 3, what: 'tables' }`. */
export interface Examined {
  count: number;
  what: string;
}

/** Holds, and says what was looked at. The engine turns a pass that examined nothing into a failure. */
export interface Pass {
  status: 'pass';
  /** One line of what was found: `200 in 12 ms`. */
  summary: string;
  examined: Examined[];
  evidence: Evidence[];
}

export interface Fail<Code extends string = string> {
  status: 'fail';
  code: Code;
  expected: string;
  actual: string;
  /** Replaces the code's own hint where the check knows better. */
  hint?: string;
  evidence: Evidence[];
}

/** Cannot be judged from here. */
export interface Skip {
  status: 'skip';
  reason: string;
  /** What would make it possible; a command or a setting. */
  enable?: string;
}

export type Verdict<Code extends string = string> = Pass | Fail<Code> | Skip;

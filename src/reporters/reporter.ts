import type { RunResult } from '../check/result.ts';

/** What the reader of a report can show. Machine formats ignore it. */
export interface Look {
  columns: number;
  color: boolean;
  /** Every check and all its evidence, also when it passed. */
  verbose: boolean;
  /** Only what did not pass, and how the run ended. */
  quiet: boolean;
}

/** A format: the result document → text. Pure: the same result gives the same text. */
export interface Reporter {
  render(result: RunResult, look: Look): string;
  /** The text is meant to command the runner of a CI job. */
  commands?: true;
}

export const plainLook: Look = { columns: 100, color: false, verbose: false, quiet: false };

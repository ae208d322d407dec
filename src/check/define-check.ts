import type { Effects } from './effects.ts';
import type { Evidence } from './evidence.ts';
import type { CheckOptions, OptionValues } from './option.ts';
import type { ProbeName, Probes } from './probes.ts';
import type { Sabotage } from './sabotage.ts';
import type { ServiceName, StackInfo } from './stack.ts';
import type { Examined, Fail, Pass, Skip, Verdict } from './verdict.ts';

/** One way in which a check fails. */
export interface FailureCode {
  /** What it means, as a sentence part: `the endpoint answers with another status than 200`. */
  means: string;
  /** What to do next, a command where there is one. */
  hint: string;
}

export interface CheckDefinition<
  Options extends CheckOptions = CheckOptions,
  Needs extends ProbeName = ProbeName,
  Code extends string = string,
> {
  /** Said when it holds: `GET /health answers 200`. */
  title: string;
  /** Said when it does not: `The health endpoint does not answer 200`. */
  failureTitle: string;
  /** Why it matters, one or two sentences. */
  why: string;
  /** Ids of checks without whose pass this one proves nothing; it is then `blocked`. */
  after?: readonly string[];
  /** The probes that it is handed. */
  needs: readonly Needs[];
  /** Services it talks to; where one is switched off in the configuration, the check is skipped. */
  uses?: readonly ServiceName[];
  /**
   * What it does to the stack, or with which options it does what; the probes refuse more. A read-only run skips what is
   * not `none`. Default `none`; `temporary` for a check that needs `command`.
   */
  effects?: Effects | ((options: OptionValues<Options>) => Effects);
  /** An advisory failure does not fail the run. Default `required`. */
  level?: 'required' | 'advisory';
  tags?: readonly string[];
  /** Longest time of one attempt. Default: the run's (5 s). */
  timeoutMs?: number;
  /** What it can be told, by name: `option(schema, default, description)`. */
  options?: Options;
  /** Every way to fail, by its code. */
  codes: Record<Code, FailureCode>;
  /** How `checks prove` breaks the stack for it. */
  sabotage?: readonly Sabotage[];
  /** Why no sabotage can be carried out, where there is none; `checks prove` says so instead of failing. */
  unprovable?: string;
  run(context: CheckContext<OptionValues<Options>, Needs, Code>): Promise<Verdict<Code>>;
}

export type CheckContext<Options, Needs extends ProbeName, Code extends string> = Pick<Probes, Needs> & {
  options: Options;
  stack: StackInfo;
  signal: AbortSignal;
  /** Milliseconds until this attempt's deadline. */
  remainingMs(): number;
  pass(summary: string, examined: Examined | Examined[], evidence?: Evidence[]): Pass;
  fail(
    code: Code,
    found: { expected: string; actual: string; hint?: string; evidence?: Evidence[] },
  ): Fail<Code>;
  skip(reason: string, enable?: string): Skip;
};

/** A check as the engine knows it, wherever it came from. */
export interface Check extends CheckDefinition {
  id: string;
  /** The file or package it came from, for messages. */
  source: string;
  /** It runs no code and no pattern of somebody's, and so cannot compute without end. Absent: nobody knows. */
  isBounded?: boolean;
}

/** Gives a check's file its types; returns what it got. */
export function defineCheck<Options extends CheckOptions, const Needs extends ProbeName, Code extends string>(
  definition: CheckDefinition<Options, Needs, Code>,
): CheckDefinition<Options, Needs, Code> {
  return definition;
}

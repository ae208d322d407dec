import type { Effects } from './effects.ts';
import type { Evidence } from './evidence.ts';
import type { CheckOptions, OptionValues } from './option.ts';
import type { ProbeName, Probes } from './probes.ts';
import type { Sabotage } from './sabotage.ts';
import type { ServiceName, StackInfo } from './stack.ts';
import type { Examined, Fail, Pass, Skip, Verdict } from './verdict.ts';

/** One way in which a check fails, by its code in `codes`. */
export interface FailureCode {
  /** Its meaning as a part of a sentence: `the endpoint answers with another status than 200`. */
  means: string;
  /** What to do next, a command where there is one. */
  hint: string;
  /** The headline of this failure. Default: the check's `failureTitle`. */
  headline?: string;
}

/** A check as its author writes it; its id comes from its file or plugin. */
export interface CheckDefinition<
  Options extends CheckOptions = CheckOptions,
  Needs extends ProbeName = ProbeName,
  Code extends string = string,
> {
  /** The claim, shown when it holds: `GET /health answers 200`. */
  title: string;
  /** The headline of a failure: `The health endpoint does not answer 200`. */
  failureTitle: string;
  /** Why it matters, one or two sentences. */
  why: string;
  /** Ids of checks that must pass before this one runs; otherwise it is `blocked`. */
  after?: readonly string[];
  /**
   * Codes by the id of another check: this one runs behind it, and is blocked if it failed with one of them. Unlike
   * `after`, any other verdict of that check, a skip included, lets this one run.
   */
  blockedBy?: Readonly<Record<string, readonly string[]>>;
  /** The probes that `run` gets. */
  needs: readonly Needs[];
  /**
   * The kind of service that it judges, alone; it then runs for every service of that kind, each time with that service
   * instead of the contract's: `stack.services.api` is `payments` in `api/health@payments`.
   */
  judges?: string;
  /** Services it talks to; where one is switched off in the configuration, the check is skipped. */
  uses?: readonly ServiceName[];
  /**
   * Its effects on the stack, or a function of its options that returns them; the probes refuse more. A read-only run skips what is
   * not `none`. Default `none`; `temporary` for a check that needs `command`.
   */
  effects?: Effects | ((options: OptionValues<Options>) => Effects);
  /**
   * The one service that it stops, by `control`, once. Checks that stop the same one run beside each other, and share one
   * outage: it lasts from the last `stop` to the last `start` of them. Default: it runs alone.
   */
  stops?: ServiceName;
  /** Runs after all checks that can run beside others, and none beside it: it uses up what they share. Default false. */
  runsAlone?: boolean;
  /** An advisory failure does not fail the run. Default `required`. */
  level?: 'required' | 'advisory';
  /** Tags by which `--tag` selects it. Default: none. */
  tags?: readonly string[];
  /** Longest time of one attempt. Default: the run's (5 s). */
  timeoutMs?: number;
  /** Its configurable options by name: `option(schema, default, description)`. */
  options?: Options;
  /** Every way to fail, by its code. */
  codes: Record<Code, FailureCode>;
  /** How `checks prove` breaks the stack for it. */
  sabotage?: readonly Sabotage[];
  /** Why no sabotage can be carried out, where there is none; `checks prove` says so instead of failing. */
  unprovable?: string;
  run(context: CheckContext<OptionValues<Options>, Needs, Code>): Promise<Verdict<Code>>;
}

/** The argument of `run`: the probes of `needs`, the options, the stack, and one function for each verdict. */
export type CheckContext<Options, Needs extends ProbeName, Code extends string> = Pick<Probes, Needs> & {
  /** Validated values of the options. */
  options: Options;
  stack: StackInfo;
  /** Aborted at the deadline of the attempt and when the run ends. */
  signal: AbortSignal;
  /** Milliseconds until this attempt's deadline. */
  remainingMs(): number;
  /** Returns a pass. An `examined` of count 0 makes a failure of it. */
  pass(summary: string, examined: Examined | Examined[], evidence?: Evidence[]): Pass;
  /** Returns a failure. */
  fail(
    code: Code,
    found: {
      expected: string;
      actual: string;
      /** Default: the hint of the code. */
      hint?: string;
      /** Default: none. */
      evidence?: Evidence[];
    },
  ): Fail<Code>;
  /** Returns a skip; `enable` is a command or a setting that makes the check possible. */
  skip(reason: string, enable?: string): Skip;
};

/** Returns the ids of the checks that must have their verdict before this one runs. */
export function idsBefore({ after = [], blockedBy = {} }: Pick<Check, 'after' | 'blockedBy'>): string[] {
  return [...new Set([...after, ...Object.keys(blockedBy)])];
}

/** A check of any source, validated. */
export interface Check extends CheckDefinition {
  /** `<area>/<name>`, with `@<service>` where it judges another service than the one of the contract. */
  id: string;
  /** The file or package it came from, for messages. */
  source: string;
  /** The service that it judges, where that is not the one of the contract. */
  service?: string;
  /** The services that this one depends on; the check sees no other. */
  dependsOn?: readonly string[];
  /** True if the check runs no user code or pattern and therefore cannot block the event loop. Default: unknown. */
  isBounded?: boolean;
}

/**
 * Gives a check its types and returns the definition. A file in the folder of checks has it as its default export.
 *
 * @example
 * export default defineCheck({
 *   title: 'GET /songs answers 200',
 *   failureTitle: 'GET /songs does not answer 200',
 *   why: 'Everything starts with the list of songs.',
 *   needs: ['http'],
 *   codes: { 'wrong-status': { means: 'the status is not 200', hint: 'meatymusic logs api' } },
 *   async run({ http, stack, pass, fail }) {
 *     const { response, actual, evidence } = await exchange(http, { url: `${stack.services.api.url}/songs` });
 *     if (response?.status === 200) return pass(actual, { count: 1, what: 'response' }, [evidence]);
 *     return fail('wrong-status', { expected: '200', actual, evidence: [evidence] });
 *   },
 * });
 */
export function defineCheck<Options extends CheckOptions, const Needs extends ProbeName, Code extends string>(
  definition: CheckDefinition<Options, Needs, Code>,
): CheckDefinition<Options, Needs, Code> {
  return definition;
}

import type { Check, CheckContext } from './define-check.ts';
import type { ProbeName, Probes } from './probes.ts';
import type { StackInfo } from './stack.ts';

export interface ContextParts {
  probes: Partial<Probes>;
  /** Validated. */
  options: unknown;
  stack: StackInfo;
  signal: AbortSignal;
  remainingMs(): number;
}

/** What a check's `run` is handed: its probes, its options, and the three ways to end. */
export function contextOf(
  { codes }: Pick<Check, 'codes'>,
  { probes, options, stack, signal, remainingMs }: ContextParts,
): CheckContext<Record<string, unknown>, ProbeName, string> {
  return {
    ...(probes as Probes),
    options: options as Record<string, unknown>,
    stack,
    signal,
    remainingMs,
    pass: (summary, examined, evidence = []) => ({
      status: 'pass',
      summary,
      examined: Array.isArray(examined) ? examined : [examined],
      evidence,
    }),
    fail: (code, { expected, actual, hint = codes[code]?.hint, evidence = [] }) => ({
      status: 'fail',
      code,
      expected,
      actual,
      ...(hint ? { hint } : {}),
      evidence,
    }),
    skip: (reason, enable) => ({ status: 'skip', reason, ...(enable ? { enable } : {}) }),
  };
}

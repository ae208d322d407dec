import type { Check, CheckContext } from './define-check.ts';
import type { Evidence } from './evidence.ts';
import type { ProbeName, Probes } from './probes.ts';
import type { StackInfo } from './stack.ts';
import type { Examined, Pass, Skip } from './verdict.ts';

export interface ContextParts {
  probes: Partial<Probes>;
  /** Validated. */
  options: unknown;
  stack: StackInfo;
  /** Looked up when the check asks for it. */
  readonly signal: AbortSignal;
  remainingMs(): number;
}

/** What a check's `run` is handed: its probes, its options, and the three ways to end. */
export function contextOf(
  { codes }: Pick<Check, 'codes'>,
  parts: ContextParts,
): CheckContext<Record<string, unknown>, ProbeName, string> {
  return {
    options: parts.options as Record<string, unknown>,
    stack: parts.stack,
    get signal() {
      return parts.signal;
    },
    remainingMs: parts.remainingMs,
    pass,
    fail: (code, { expected, actual, hint = codes[code]?.hint, evidence = [] }) => ({
      status: 'fail',
      code,
      expected,
      actual,
      ...(hint ? { hint } : {}),
      evidence,
    }),
    skip,
    ...(parts.probes as Probes),
  };
}

function pass(summary: string, examined: Examined | Examined[], evidence: Evidence[] = []): Pass {
  return { status: 'pass', summary, examined: Array.isArray(examined) ? examined : [examined], evidence };
}

function skip(reason: string, enable?: string): Skip {
  return { status: 'skip', reason, ...(enable ? { enable } : {}) };
}

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

/** Builds the context of a check's `run`: its probes, its options, and a function for each verdict. */
export function contextOf(
  { codes }: Pick<Check, 'codes'>,
  parts: ContextParts,
): CheckContext<Record<string, unknown>, ProbeName, string> {
  return Object.assign(new Context(codes, parts), parts.probes as Probes);
}

/** A class: an accessor in a literal costs as much as the rest of the context. */
class Context {
  readonly options: Record<string, unknown>;
  readonly stack: StackInfo;
  readonly remainingMs: () => number;
  readonly pass = pass;
  readonly skip = skip;
  readonly fail: CheckContext<unknown, ProbeName, string>['fail'];
  readonly #parts: ContextParts;

  constructor(codes: Check['codes'], parts: ContextParts) {
    this.options = parts.options as Record<string, unknown>;
    this.stack = parts.stack;
    this.remainingMs = parts.remainingMs;
    this.#parts = parts;
    this.fail = (code, { expected, actual, hint = codes[code]?.hint, evidence = [] }) => ({
      status: 'fail',
      code,
      expected,
      actual,
      ...(hint ? { hint } : {}),
      evidence,
    });
  }

  get signal(): AbortSignal {
    return this.#parts.signal;
  }
}

function pass(summary: string, examined: Examined | Examined[], evidence: Evidence[] = []): Pass {
  return { status: 'pass', summary, examined: Array.isArray(examined) ? examined : [examined], evidence };
}

function skip(reason: string, enable?: string): Skip {
  return { status: 'skip', reason, ...(enable ? { enable } : {}) };
}

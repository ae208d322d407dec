import { ExitCode } from './exit-code.ts';
import type { FaultCode } from './fault-codes.ts';

/** Parts of an error. */
export interface FaultDetails {
  /** Stable identifier for scripts, in kebab case: `port-taken`. */
  code: FaultCode;
  /** One sentence: the failure and its place. */
  message: string;
  /** Next step for the user; a command where there is one. */
  hint?: string;
  /** Default: 70, internal. */
  exitCode?: ExitCode;
  /** Further lines to print: the process that uses a port, the last log lines. */
  details?: readonly string[];
  /** The error that led to it. Default: none. */
  cause?: unknown;
}

/** An expected failure. Any other thrown value is a defect and exits with 70. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
  readonly details: readonly string[];

  constructor({ code, message, hint, exitCode = ExitCode.internal, details = [], cause }: FaultDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
    this.exitCode = exitCode;
    this.details = details;
  }
}

/** Limit for nested errors and causes, which may be circular. */
const maxDepth = 8;

/** Returns the message of any thrown value. Never throws, even if its properties or its conversion do. */
export function messageOf(thrown: unknown): string {
  return messageAt(thrown, 0);
}

function messageAt(thrown: unknown, depth: number): string {
  if (typeof thrown === 'string') return thrown || 'an empty text was thrown';
  try {
    if (thrown instanceof AggregateError && thrown.errors.length > 0 && !thrown.message && depth < maxDepth) {
      return thrown.errors.map((each) => messageAt(each, depth + 1)).join('; ');
    }
    if (thrown instanceof Error) return String(thrown.message || thrown.name);
    return `a non-error was thrown: ${String(thrown)}`;
  } catch {
    return `a non-error was thrown: ${kindOf(thrown)} that cannot be converted to text`;
  }
}

/** Returns the type of a value without running its code. */
function kindOf(thrown: unknown): string {
  return typeof thrown === 'function' ? 'a function' : 'an object';
}

/** Returns the `code` of a system or library error (`ECONNREFUSED`, `28P01`), where it has one. */
export function codeOf(thrown: unknown): string | undefined {
  let at = thrown;
  try {
    for (let depth = 0; depth < maxDepth && typeof at === 'object' && at !== null; depth++) {
      const { code, cause } = at as { code?: unknown; cause?: unknown };
      if (typeof code === 'string') return code;
      at = cause;
    }
  } catch {
    // A property that throws counts as missing.
  }
  return undefined;
}

/** Returns the stack of an error, where it has one that is text. */
export function stackOf(thrown: unknown): string | undefined {
  try {
    const stack: unknown = thrown instanceof Error ? thrown.stack : undefined;
    return typeof stack === 'string' ? stack : undefined;
  } catch {
    return undefined;
  }
}

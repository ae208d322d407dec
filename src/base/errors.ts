import { ExitCode } from './exit-code.ts';

export interface FaultDetails {
  /** Stable, kebab-case, matched by scripts: `port-taken`. */
  code: string;
  /** One sentence for a person: what happened, and where. */
  message: string;
  /** What to do next; a command where there is one. */
  hint?: string;
  /** Default: 70, internal. */
  exitCode?: ExitCode;
  /** Further lines a person needs at once: the holder of a port, the last log lines. */
  details?: readonly string[];
  cause?: unknown;
}

/** An expected way to fail. Everything else that is thrown is a defect and exits with 70. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: string;
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

/** The message of whatever was thrown, `undefined` included. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0 && !thrown.message) {
    return thrown.errors.map(messageOf).join('; ');
  }
  if (thrown instanceof Error) return thrown.message || thrown.name;
  return typeof thrown === 'string' ? thrown : `a non-error was thrown: ${String(thrown)}`;
}

/** The `code` of a system or library error (`ECONNREFUSED`, `28P01`), where it has one. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const { code, cause } = thrown as { code?: unknown; cause?: unknown };
  return typeof code === 'string' ? code : cause === undefined ? undefined : codeOf(cause);
}

import type { Command } from 'commander';
import type { ExitCode } from '../base/exit-code.ts';

/**
 * Where text leaves the process. Redacts, and makes inert what would steer a terminal or command
 * the runner of a CI job; resolves once the reader took it.
 */
export interface Output {
  write(text: string): Promise<void>;
  /** For text whose commands to the runner of a CI job are meant. */
  writeCommands(text: string): Promise<void>;
  /** For text that contains secrets on the request of the user: nothing is redacted. */
  writeSecrets(text: string): Promise<void>;
  /** A window in which lines may be redrawn; not where NO_COLOR or a dumb terminal asks for plain text. */
  readonly isTerminal: boolean;
  /** How wide text may be, in any window: a pipe takes lines of any length. */
  readonly columns: number;
  /** 24 where there is no terminal. */
  readonly rows: number;
  readonly color: boolean;
  /** While it is set, it takes what is written: lines are drawn that must not be written into. */
  divert?: ((text: string) => void) | undefined;
}

/** All that a command knows about the call. No command reads `process` itself. */
export interface Invocation {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** `--config`: absolute path. */
  configFile?: string;
  /** `--env`: an environment of the configuration. */
  environment?: string;
  quiet: boolean;
  verbose: boolean;
  /** The report, and nothing else. */
  stdout: Output;
  /** Progress and errors. */
  stderr: Output;
  /** Standard input, for `-`. */
  /** Opened when it is asked for. */
  stdin(): NodeJS.ReadStream;
  /** Learns secrets as soon as they are known. */
  redact: import('../base/redact.ts').Redactor;
  /** Aborts at SIGINT, SIGTERM, SIGHUP, or when the reader of stdout went away; the reason is a Fault with the exit code. */
  signal: AbortSignal;
}

export type Action = (
  invocation: Invocation,
  options: Record<string, unknown>,
  args: string[],
) => Promise<ExitCode>;

/** What a file in `commands/` exports: `configure` adds arguments, options, help and sub-commands, and hands each its action. */
export interface CommandModule {
  configure(command: Command, act: (command: Command, action: Action) => void): void;
}

import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import { takeFileLock } from './lock.ts';
import { describeOtherTools, type OtherTool } from './other-tools.ts';
import { otherToolsOf } from './read-state.ts';
import type { SessionOptions } from './session.ts';
import { runInShell, type ShellOutcome } from './shell.ts';
import { toolHistories } from './tool-histories.ts';

/** `migrations.command` of the configuration, and where it runs. */
export interface MigrationCommand {
  /** Migrates the database to the newest migration: `alembic upgrade head`. */
  command: string;
  /** Ends with 0 if the database has every migration, and with another code if not. */
  check?: string | undefined;
  /** Folder in which both run. */
  cwd: string;
  /** Environment of both, with the addresses of the services. */
  env: Readonly<Record<string, string | undefined>>;
}

export interface CommandOptions extends SessionOptions {
  by: MigrationCommand;
  /** Called for each line of output. */
  onLine?: ((line: string) => void) | undefined;
}

export interface CommandRun {
  durationMs: number;
  /** Tools that the database names after the run. */
  tools: OtherTool[];
}

/** State of a database that a command migrates. */
export interface CommandState {
  tools: OtherTool[];
  /** Result of `migrations.check`; unset without one. */
  check?: { command: string } & ShellOutcome;
}

const defaultTimeoutMs = 300_000;

/** Runs the command. Rejects with a Fault: 1 if it fails, 78 if it cannot be run, 124 if it does not end in time. */
export async function runMigrationCommand(options: CommandOptions): Promise<CommandRun> {
  const { by, timeoutMs = defaultTimeoutMs, lockTimeoutMs = 30_000, signal, onLine, onEvent } = options;
  const release = options.pidFile
    ? await takeFileLock(options.pidFile, {
        timeoutMs: lockTimeoutMs,
        signal,
        onWait: (holder) => onEvent?.({ type: 'waiting', holder }),
      })
    : undefined;
  try {
    const outcome = await runInShell(by.command, { cwd: by.cwd, env: by.env, timeoutMs, signal, onLine });
    if (outcome.exitCode !== 0) throw commandFailed(by.command, outcome);
    return { durationMs: outcome.durationMs, tools: await toolsOf(options) };
  } finally {
    release?.();
  }
}

/** Runs `migrations.check`, and reads the history of the tool. Writes nothing itself. */
export async function readCommandState(options: CommandOptions): Promise<CommandState> {
  const { by, timeoutMs = defaultTimeoutMs, signal } = options;
  const tools = await toolsOf(options);
  if (by.check === undefined) return { tools };
  const outcome = await runInShell(by.check, { cwd: by.cwd, env: by.env, timeoutMs, signal });
  return { tools, check: { command: by.check, ...outcome } };
}

/** Returns `migrated by Alembic, at 1975ea83b712 (public.alembic_version)`, or that the database names no tool. */
export function describeTools(tools: readonly OtherTool[]): string {
  return tools.length > 0 ? describeOtherTools(tools) : 'no history of a known migration tool';
}

/** Returns commands that are known to fail while a migration is pending, for `migrations.check`. */
export function suggestedChecks(tools: readonly OtherTool[]): string[] {
  return tools.flatMap(({ tool }) => toolHistories.find((each) => each.tool === tool)?.check ?? []);
}

/** Returns the Fault of an operation on Kysely migrations in a project whose database a command migrates. */
export function migratedByCommand({ command }: Pick<MigrationCommand, 'command'>): Fault {
  return new Fault({
    code: 'migrated-by-command',
    message: `migrations.command migrates this database: ${safeLine(command, 200)}`,
    details: ['nothing was created or changed'],
    hint: 'meatymusic migrate up runs it, and meatymusic migrate status runs migrations.check; use your tool for the rest',
    exitCode: ExitCode.config,
  });
}

export function commandFailed(command: string, { exitCode, endedBy, lines }: ShellOutcome): Fault {
  return new Fault({
    code: 'migration-failed',
    message: `\`${safeLine(command, 200)}\` ended with ${endedBy ?? exitCode}: ${lines.at(-1) ?? 'no output'}`,
    details: lines.slice(-10),
    hint: 'fix the migration, then run the same command again',
    exitCode: ExitCode.checkFailed,
  });
}

function toolsOf({ url, signal }: Pick<CommandOptions, 'url' | 'signal'>): Promise<OtherTool[]> {
  return otherToolsOf({ url, signal });
}

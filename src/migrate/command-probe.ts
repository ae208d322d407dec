import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { misunderstoodLine } from '../check/misunderstood-command.ts';
import type { MigrationsProbe } from '../check/probes.ts';
import {
  type CommandOptions,
  type CommandState,
  commandFailed,
  describeTools,
  migratedByCommand,
  readCommandState,
  runMigrationCommand,
  suggestedChecks,
} from './command.ts';
import { withConnection } from './connection.ts';
import { secondRunLockMs } from './lock.ts';
import { countObjects, diffSchemas, formatDifferences } from './schema-diff.ts';
import { readSchemaLines } from './schema-lines.ts';

/** Returns the operations of checks on a database that a command migrates. `mayRun` is false for an external stack. */
export function commandMigrations(
  options: CommandOptions & { mayRun: boolean },
): (signal?: AbortSignal) => MigrationsProbe {
  return (signal) => {
    const own = { ...options, signal };
    const none = { applied: [], pending: [], edited: [], missing: [], outOfOrder: [] };
    return {
      async state() {
        const { tools, check } = await readCommandState(own);
        const { command } = options.by;
        const [suggested] = suggestedChecks(tools);
        return {
          ...none,
          folder: options.by.cwd,
          byCommand: {
            command,
            description: describeTools(tools),
            ...(check ? { check } : {}),
            ...(suggested === undefined ? {} : { suggested }),
          },
        };
      },
      async drift() {
        throw migratedByCommand(options.by);
      },
      secondRun: () => secondRun(own),
    };
  };
}

/** Runs the command once more on a database for which the check found nothing pending, and compares the schema. */
async function secondRun(
  options: CommandOptions & { mayRun: boolean },
): ReturnType<MigrationsProbe['secondRun']> {
  if (!options.mayRun) {
    throw new Fault({
      code: 'external-stack',
      message: 'the stack is external: a check does not run migrations.command on it',
      exitCode: ExitCode.config,
    });
  }
  const state = await readCommandState(options);
  if (state.check) requireJudged(state.check);
  const nothing = { ran: [], changes: [], objects: 0, entries: 0 };
  if (state.check && state.check.exitCode !== 0) return { ...nothing, pending: [describeTools(state.tools)] };
  const before = await linesOf(options);
  const { tools } = await runMigrationCommand({ ...options, lockTimeoutMs: secondRunLockMs });
  const after = await linesOf(options);
  const heads = [describeTools(state.tools), describeTools(tools)] as const;
  return {
    pending: [],
    ran: heads[0] === heads[1] ? [] : [`${heads[0]}, then ${heads[1]}`],
    changes: formatDifferences(diffSchemas(before, after)),
    objects: countObjects(after),
    entries: tools.length,
  };
}

/** Throws if the exit code of `migrations.check` does not show whether a migration is pending. */
function requireJudged(check: NonNullable<CommandState['check']>): void {
  const misunderstood = misunderstoodLine(check);
  if (misunderstood !== undefined) {
    throw new Fault({
      code: 'migrations-check',
      message: `whether a migration is pending is not known: \`${check.command}\` is not understood here: ${misunderstood}`,
      exitCode: ExitCode.config,
    });
  }
  if (check.exitCode === null) throw commandFailed(check.command, check);
}

function linesOf({ url, signal }: CommandOptions): Promise<string[]> {
  return withConnection({ url, signal }, readSchemaLines);
}

import type { Command } from 'commander';
import { formatDuration } from '../../base/duration.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import { besideText } from '../../base/wrap-text.ts';
import type { CommandOptions, FullMigrationState, MigrationStatus, OtherTool } from '../../migrate/index.ts';
import type { Action, CommandModule, Invocation, Output } from '../invocation.ts';
import { lineFor, styleFor } from '../style.ts';
import { type MigrateFlags, openStack } from './target.ts';

interface StatusFlags extends MigrateFlags {
  check?: boolean;
  json?: boolean;
}

export function configureStatus(command: Command, act: Parameters<CommandModule['configure']>[1]): void {
  const status = command
    .command('status')
    .summary('show which migrations are applied, pending, edited, missing or out of order')
    .description(
      'Show the state of every migration: applied, pending, edited, missing, out of order or unfinished.',
    )
    .option(
      '--check',
      'exit with 1 if a migration is not applied or not in order, with 78 if another tool migrates the database',
    )
    .option('--json', 'print JSON')
    .option('--folder <folder>', 'folder of the migrations')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic migrate status             exits with 78 if no migrations are configured
  $ meatymusic migrate status --check     stops a deployment if anything is pending
  $ meatymusic migrate status --json`,
    );
  act(status, showStatus);
}

const showStatus: Action = async (invocation, options) => {
  const flags = options as StatusFlags;
  const { source, options: target, by } = await openStack(invocation, flags);
  if (by) return showCommand(invocation, flags, { ...target, by });
  const { belongsToOtherTool, readMigrationState, noMigrations, otherToolsOf } = await import(
    '../../migrate/index.ts'
  );
  if (source.folder === undefined) {
    const otherTools = await otherToolsOf(target);
    if (otherTools.length === 0) throw noMigrations('reason' in source ? source.reason : '');
    return showOtherTools(invocation, flags, otherTools);
  }
  const look = await readMigrationState({ ...target, folder: source.folder });
  const { state, otherTools } = look;
  if (belongsToOtherTool(look)) return showOtherTools(invocation, flags, otherTools);
  const inOrder = state.pending.length + state.edited.length + state.missing.length === 0;
  await invocation.stdout.write(
    flags.json
      ? `${JSON.stringify({ ...state, otherTools, inOrder }, null, 2)}\n`
      : statusText(state, invocation.stdout),
  );
  if (otherTools.length > 0 && !flags.json) {
    const { describeOtherTools } = await import('../../migrate/index.ts');
    await invocation.stdout.write(lineFor(invocation.stdout, `also ${describeOtherTools(otherTools)}`));
  }
  return flags.check && !inOrder ? ExitCode.checkFailed : ExitCode.ok;
};

/** Runs `migrations.check`; without one, whether anything is pending is not known. */
async function showCommand(
  { stdout }: Invocation,
  { check: isGate, json }: StatusFlags,
  options: CommandOptions,
): Promise<ExitCode> {
  const { describeTools, readCommandState, suggestedChecks } = await import('../../migrate/index.ts');
  const { command } = options.by;
  const { tools, check } = await readCommandState(options);
  const inOrder = check ? check.exitCode === 0 : null;
  if (json) {
    await stdout.write(`${JSON.stringify({ command, tools, check: check ?? null, inOrder }, null, 2)}\n`);
  } else {
    const [suggested = 'a command that fails while a migration is pending'] = suggestedChecks(tools);
    const result = check
      ? [...check.lines, `${check.command} ended with ${check.endedBy ?? check.exitCode}`]
      : [`whether anything is pending is not known: set migrations.check (${suggested})`];
    for (const line of [describeTools(tools), ...result]) await stdout.write(lineFor(stdout, safeLine(line)));
  }
  if (!isGate || inOrder) return ExitCode.ok;
  return check ? ExitCode.checkFailed : ExitCode.config;
}

/** Whether anything is pending is the other tool's to say: `--check` cannot pass. */
async function showOtherTools(
  { stdout }: Invocation,
  { check, json }: StatusFlags,
  otherTools: readonly OtherTool[],
): Promise<ExitCode> {
  const { describeOtherTools } = await import('../../migrate/index.ts');
  await stdout.write(
    json
      ? `${JSON.stringify({ otherTools, inOrder: false }, null, 2)}\n`
      : lineFor(stdout, describeOtherTools(otherTools)),
  );
  return check ? ExitCode.config : ExitCode.ok;
}

function statusText({ folder, migrations, applied, pending }: FullMigrationState, output: Output): string {
  const style = styleFor(output);
  const width = Math.max(0, ...migrations.map(({ state }) => state.length));
  const lines = migrations.flatMap((each) => {
    const paint = { applied: style.good, pending: style.warn }[each.state as string] ?? style.bad;
    const start = `${paint(each.state.padEnd(width))}  `;
    const said = remarks(each);
    if (width + 2 + each.name.length + said.length <= output.columns)
      return `${start}${each.name}${style.dim(said)}`;
    return besideText(start, `${each.name}${said}`, output.columns);
  });
  const count =
    migrations.length === 0
      ? `no migrations in ${folder}`
      : `${applied.length} applied, ${pending.length} pending, in ${folder}`;
  return `${lines.map((line) => `${line}\n`).join('')}${lineFor(output, count)}`;
}

function remarks({
  appliedAt,
  durationMs,
  acceptedReason,
  unverified,
  appliedFrom,
}: MigrationStatus): string {
  const parts = [
    appliedAt,
    durationMs === undefined ? undefined : formatDuration(durationMs),
    unverified ? 'by another Kysely tool' : undefined,
    appliedFrom ? `applied from its ${appliedFrom} file, content not compared` : undefined,
    acceptedReason ? `accepted: ${acceptedReason}` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? `  ${parts.join(', ')}` : '';
}

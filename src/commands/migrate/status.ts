import type { Command } from 'commander';
import { formatDuration } from '../../base/duration.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { FullMigrationState, MigrationStatus } from '../../migrate/index.ts';
import type { Action, CommandModule } from '../invocation.ts';
import { type Style, styleFor } from '../style.ts';
import { type MigrateFlags, openTarget } from './target.ts';

interface StatusFlags extends MigrateFlags {
  check?: boolean;
  json?: boolean;
}

export function configureStatus(command: Command, act: Parameters<CommandModule['configure']>[1]): void {
  const status = command
    .command('status')
    .summary('what is applied, pending, edited, missing, out of order')
    .description(
      'Every migration with its state: applied, pending, edited, missing, out of order, unfinished.',
    )
    .option('--check', 'exit with 1 when anything is not applied or not in order')
    .option('--json', 'machine-readable')
    .option('--folder <folder>', 'folder of the migrations');
  act(status, showStatus);
}

const showStatus: Action = async (invocation, options) => {
  const flags = options as StatusFlags;
  const { options: target } = await openTarget(invocation, flags);
  const { migrationState } = await import('../../migrate/index.ts');
  const state = await migrationState(target);
  const inOrder = state.pending.length + state.edited.length + state.missing.length === 0;
  await invocation.stdout.write(
    flags.json
      ? `${JSON.stringify({ ...state, inOrder }, null, 2)}\n`
      : `${statusText(state, styleFor(invocation.stdout))}\n`,
  );
  return flags.check && !inOrder ? ExitCode.checkFailed : ExitCode.ok;
};

function statusText({ folder, migrations, applied, pending }: FullMigrationState, style: Style): string {
  const width = Math.max(0, ...migrations.map(({ state }) => state.length));
  const lines = migrations.map((each) => {
    const colour = { applied: style.good, pending: style.warn }[each.state as string] ?? style.bad;
    return `${colour(each.state.padEnd(width))}  ${each.name}${style.dim(remarks(each))}`;
  });
  const count = `${applied.length} applied, ${pending.length} pending, in ${folder}`;
  return [...lines, migrations.length === 0 ? `no migrations in ${folder}` : count].join('\n');
}

function remarks({ appliedAt, durationMs, acceptedReason, unverified }: MigrationStatus): string {
  const parts = [
    appliedAt,
    durationMs === undefined ? undefined : formatDuration(durationMs),
    unverified ? 'by another Kysely tool' : undefined,
    acceptedReason ? `accepted: ${acceptedReason}` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? `  ${parts.join(', ')}` : '';
}

import type { Command } from 'commander';
import { formatDuration } from '../../base/duration.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import { besideText } from '../../base/wrap-text.ts';
import type { CommandOptions, MigrateOutcome } from '../../migrate/index.ts';
import type { Action, CommandModule, Invocation } from '../invocation.ts';
import { lineFor, styleFor } from '../style.ts';
import { withSpinner } from '../with-spinner.ts';
import { configureFiles } from './files.ts';
import { configureStatus } from './status.ts';
import { type MigrateFlags, openStack, openTarget, positive, reachOf, withMigrationsOf } from './target.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command.description('Apply, roll back and inspect the migrations of the database.').addHelpText(
    'after',
    `
A batch runs in one transaction: if any of it fails, all of it is rolled back. Only one migrator works at a time; another
one waits, then exits with 75 and names the holder. \`up\` stops with 78 if a migration was edited, is missing or is out of
order, and on a transaction-mode pooler, which cannot hold an advisory lock: migrate on the server itself.

Migrations are read from migrations.folder, or from migrations/ next to the configuration. Without either, only the
reference stack has migrations, its own; on any other stack, \`migrate\` exits with 78 and creates nothing. The same applies
to a database that another tool migrates (Alembic, Flyway, Prisma, …). If migrations.command is set, \`up\` runs that
command and \`status\` runs migrations.check.

Examples:
  $ meatymusic migrate up                       apply pending migrations
  $ meatymusic migrate status --check           exit with 1 if anything is pending
  $ meatymusic migrate create add_songs         create a typed migration
  $ meatymusic migrate plan                     print the SQL that would run
  $ meatymusic migrate verify                   run up, down and up again on a scratch database; compare
  $ meatymusic migrate types --out src/db.ts    write Kysely's Database interface`,
  );
  configureRuns(command, act);
  configureStatus(command, act);
  configureFiles(command, act);
};

interface RunFlags extends MigrateFlags {
  to?: string;
  steps?: number;
  all?: boolean;
  json?: boolean;
  frozenLock?: boolean;
  reason?: string;
}

function configureRuns(command: Command, act: Parameters<CommandModule['configure']>[1]): void {
  const up = withReach(
    command.command('up').summary('apply pending migrations'),
    'apply migrations up to and including this one',
  )
    .description('Apply all pending migrations in one transaction.')
    .option('--frozen-lock', 'fail if the files differ from migrations.lock.json (the default if CI is set)')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic migrate up
  $ meatymusic migrate up --to add_songs
  $ meatymusic migrate up --steps 1 --lock-timeout 2m`,
    );
  act(up, runUp);
  const down = withReach(
    command.command('down').summary('roll back the last migration, or several'),
    'roll back all migrations after this one',
  )
    .description('Roll back the last migration, or as many as the options select.')
    .option('--all', 'roll back all migrations')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic migrate down
  $ meatymusic migrate down --to add_songs     keep add_songs, roll back everything after it
  $ meatymusic migrate down --all`,
    );
  act(down, runDown);
  const again = command
    .command('redo')
    .summary('roll back the last migration and apply it again')
    .description('Roll back the last migration and apply the current version of its file.')
    .option('--steps <n>', 'redo the last n migrations (1)', positive)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic migrate redo
  $ meatymusic migrate redo --steps 2`,
    );
  act(common(again), runRedo);
  const accept = command
    .command('accept')
    .summary('record that a deviation is intended')
    .description('Record that an edited, missing or out-of-order migration is intended, and why.')
    .argument('<name>', 'name of the migration, or part of it')
    .requiredOption('--reason <text>', 'why it is intended; stored in the database')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic migrate accept add_songs --reason 'a comment was added after it had been applied'`,
    );
  act(common(accept), runAccept);
}

function withReach(command: Command, to: string): Command {
  return common(command)
    .option('--to <name>', `${to} (part of the name is enough)`)
    .option('--steps <n>', 'this many', positive)
    .option('--json', 'print JSON');
}

function common(command: Command): Command {
  return command
    .option('--folder <folder>', 'folder of the migrations')
    .option('--lock-timeout <duration>', 'how long to wait for another migrator');
}

const runUp: Action = async (invocation, options) => {
  const flags = options as RunFlags;
  const opened = await openStack(invocation, flags);
  if (opened.by) return runCommand(invocation, flags, { ...opened.options, by: opened.by });
  const { options: target, isOwn } = await withMigrationsOf(opened);
  const { migrateUp, requireLockFile } = await import('../../migrate/index.ts');
  const frozen = flags.frozenLock ?? Boolean(invocation.env.CI && invocation.env.CI !== 'false');
  if (frozen && (isOwn || flags.frozenLock)) requireLockFile(target.folder);
  const outcome = await withSpinner(invocation, 'migrating', () => migrateUp(target, reachOf(flags)));
  if (!frozen && isOwn) await refreshLockFile(invocation, target.folder);
  await printOutcome(invocation, flags, 'up', outcome);
  return ExitCode.ok;
};

/** Runs `migrations.command`; its output goes to standard error. */
async function runCommand(
  invocation: Invocation,
  flags: RunFlags,
  options: CommandOptions,
): Promise<ExitCode> {
  if (flags.to !== undefined || flags.steps !== undefined || flags.frozenLock) {
    throw new Fault({
      code: 'usage',
      message: '--to, --steps and --frozen-lock do not apply to migrations.command',
      hint: 'use your tool for them',
      exitCode: ExitCode.usage,
    });
  }
  const { describeTools, runMigrationCommand } = await import('../../migrate/index.ts');
  const { stderr, stdout, quiet } = invocation;
  const { by } = options;
  const onLine = (line: string) => void stderr.write(`${line}\n`).catch(() => {});
  const { durationMs, tools } = await runMigrationCommand({ ...options, ...(quiet ? {} : { onLine }) });
  const text = flags.json
    ? `${JSON.stringify({ direction: 'up', command: by.command, durationMs, tools }, null, 2)}\n`
    : `${styleFor(stdout).good('ran')} ${safeLine(by.command, 200)} ${formatDuration(durationMs)}\n${describeTools(tools)}\n`;
  await stdout.write(text);
  return ExitCode.ok;
}

/** Only a lock file that is there is kept in step: `migrate create` and `migrate lock` begin it. */
async function refreshLockFile(invocation: Invocation, folder: string): Promise<void> {
  const { compareLockFile, writeLockFile, lockFileName } = await import('../../migrate/index.ts');
  const differences = compareLockFile(folder);
  if (!differences || differences.length === 0) return;
  writeLockFile(folder);
  if (!invocation.quiet)
    await invocation.stderr.write(
      lineFor(invocation.stderr, `note: ${lockFileName} was brought up to date; commit it`),
    );
}

const runDown: Action = async (invocation, options) => {
  const flags = options as RunFlags;
  const { options: target } = await openTarget(invocation, flags);
  const { migrateDown } = await import('../../migrate/index.ts');
  const reach = flags.all ? { steps: Number.MAX_SAFE_INTEGER } : reachOf(flags);
  const outcome = await withSpinner(invocation, 'rolling back', () => migrateDown(target, reach));
  await printOutcome(invocation, flags, 'down', outcome);
  return ExitCode.ok;
};

const runRedo: Action = async (invocation, options) => {
  const flags = options as RunFlags;
  const { options: target } = await openTarget(invocation, flags);
  const { redo } = await import('../../migrate/index.ts');
  const { down, up } = await withSpinner(invocation, 'rolling back and applying again', () =>
    redo(target, reachOf(flags)),
  );
  if (flags.json) {
    await invocation.stdout.write(
      `${JSON.stringify({ down: down.ran, up: up.ran, head: up.head ?? null }, null, 2)}\n`,
    );
    return ExitCode.ok;
  }
  await printOutcome(invocation, flags, 'down', down);
  await printOutcome(invocation, flags, 'up', up);
  return ExitCode.ok;
};

const runAccept: Action = async (invocation, options, [name = '']) => {
  const flags = options as RunFlags;
  const reason = flags.reason?.trim() ?? '';
  if (reason === '') {
    throw new Fault({
      code: 'no-reason',
      message: '--reason is empty',
      hint: 'say it for the one who asks in a year: --reason "index was made by hand on 2026-03-01"',
      exitCode: ExitCode.usage,
    });
  }
  const { options: target } = await openTarget(invocation, flags);
  const { acceptMigration } = await import('../../migrate/index.ts');
  const accepted = await acceptMigration(target, { name, reason });
  await invocation.stdout.write(
    flags.json
      ? `${JSON.stringify({ ...accepted, reason }, null, 2)}\n`
      : `accepted: ${accepted.name} (${accepted.what}): ${reason}\n`,
  );
  return ExitCode.ok;
};

async function printOutcome(
  { stdout }: Invocation,
  { json }: RunFlags,
  direction: 'up' | 'down',
  { ran, head, folder }: MigrateOutcome,
): Promise<void> {
  if (json) {
    await stdout.write(`${JSON.stringify({ direction, folder, ran, head: head ?? null }, null, 2)}\n`);
    return;
  }
  const style = styleFor(stdout);
  const done = style.good(direction === 'up' ? 'applied' : 'rolled back');
  const lines = ran.flatMap(({ name, durationMs }) =>
    besideText(`${done} `, `${name} ${formatDuration(durationMs)}`, stdout.columns),
  );
  if (lines.length === 0) lines.push(direction === 'up' ? 'nothing is pending' : 'nothing to roll back');
  lines.push(`head ${head ?? 'none: no migration is applied'}`);
  await stdout.write(`${lines.join('\n')}\n`);
}

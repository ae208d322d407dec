import path from 'node:path';
import type { Command } from 'commander';
import { ExitCode } from '../../base/exit-code.ts';
import { besideText, wrapText } from '../../base/wrap-text.ts';
import { replaceFile } from '../../base/write-file.ts';
import type { Reach, VerifyOutcome } from '../../migrate/index.ts';
import type { Action, CommandModule } from '../invocation.ts';
import { type Style, styleFor } from '../style.ts';
import { withSpinner } from '../with-spinner.ts';
import { type MigrateFlags, openFolder, openMigrations, openTarget, positive, reachOf } from './target.ts';

interface FileFlags extends MigrateFlags, Reach {
  json?: boolean;
  down?: boolean;
  check?: boolean;
  out?: string;
  scratch?: string;
  target: boolean;
  transaction: boolean;
}

/** The sub-commands that work on files, or on a scratch database. */
export function configureFiles(command: Command, act: Parameters<CommandModule['configure']>[1]): void {
  const sub = (name: string, summary: string) =>
    command
      .command(name)
      .summary(summary)
      .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
      .option('--folder <folder>', 'folder of the migrations');
  const scratch =
    'server on which to create the scratch database (default: migrations.scratchUrl, or a temporary PGlite)';
  act(
    sub('create', 'create a new, typed migration after all others')
      .argument('<name>', 'what the migration does: add_songs')
      .option(
        '--no-transaction',
        'create a migration that runs alone and outside a transaction: CREATE INDEX CONCURRENTLY',
      )
      .addHelpText(
        'after',
        `
Examples:
  $ meatymusic migrate create add_songs
  $ meatymusic migrate create index_songs --no-transaction`,
      ),
    create,
  );
  act(
    sub('lock', 'write migrations.lock.json (order and checksums), which is to be committed')
      .option('--check', 'write nothing; exit with 78 if it does not match the files')
      .addHelpText(
        'after',
        `
Examples:
  $ meatymusic migrate lock
  $ meatymusic migrate lock --check     in CI: no migration changed without the lock file`,
      ),
    lock,
  );
  act(
    sub('plan', 'print the SQL that would run, without running it')
      .option('--to <name>', 'plan up to and including this migration')
      .option('--steps <n>', 'this many', positive)
      .option('--down', 'plan a rollback')
      .option('--json', 'print JSON')
      .addHelpText(
        'after',
        `
Exit codes: 0 the plan is complete, 1 a migration could not be planned to its end.

Examples:
  $ meatymusic migrate plan > pending.sql
  $ meatymusic migrate plan --to add_songs
  $ meatymusic migrate plan --down --steps 2`,
      ),
    plan,
  );
  act(
    sub('verify', 'test the migrations on a scratch database and compare it with the real one')
      .option('--scratch <url>', scratch)
      .option('--no-target', 'do not compare with the real database')
      .option('--json', 'print JSON')
      .addHelpText(
        'after',
        `
Exit codes: 0 no difference was found, 1 something differs, 69 no stack runs to compare with.

Examples:
  $ meatymusic migrate verify
  $ meatymusic migrate verify --no-target     in CI, without a stack
  $ meatymusic migrate verify --scratch postgresql://postgres:postgres@127.0.0.1:5433/postgres`,
      ),
    verify,
  );
  act(
    sub('types', "write Kysely's Database interface from the migrated schema")
      .option('--out <file>', 'file to write (default: standard output)')
      .option('--check', 'write nothing; exit with 1 if the file is not up to date')
      .option('--scratch <url>', scratch)
      .addHelpText(
        'after',
        `
Examples:
  $ meatymusic migrate types --out src/db.ts
  $ meatymusic migrate types --out src/db.ts --check`,
      ),
    types,
  );
}

const create: Action = async (invocation, options, [name = '']) => {
  const flags = options as unknown as FileFlags;
  const folder = await openFolder(invocation, flags);
  const { createMigration } = await import('../../migrate/index.ts');
  const file = await createMigration(folder, name, { noTransaction: !flags.transaction });
  await invocation.stdout.write(`${path.relative(invocation.cwd, file)}\n`);
  return ExitCode.ok;
};

const lock: Action = async (invocation, options) => {
  const flags = options as unknown as FileFlags;
  const { folder } = (await openMigrations(invocation, flags, { orBuiltIn: false })).options;
  const { lockFileName, requireLockFile, writeLockFile } = await import('../../migrate/index.ts');
  const file = path.relative(invocation.cwd, path.join(folder, lockFileName));
  if (flags.check) {
    requireLockFile(folder);
    await invocation.stdout.write(`${file} fits the migrations\n`);
    return ExitCode.ok;
  }
  const changed = writeLockFile(folder);
  await invocation.stdout.write(`${file} ${changed ? 'written; commit it' : 'was up to date'}\n`);
  return ExitCode.ok;
};

const plan: Action = async (invocation, options) => {
  const flags = options as unknown as FileFlags;
  const { options: target } = await openTarget(invocation, flags);
  const { planMigrations } = await import('../../migrate/index.ts');
  const { planned, text } = await planMigrations(target, reachOf(flags), flags.down ? 'down' : 'up');
  await invocation.stdout.write(
    flags.json ? `${JSON.stringify(planned, null, 2)}\n` : text || '-- nothing would run\n',
  );
  return planned.some(({ stoppedBy }) => stoppedBy) ? ExitCode.checkFailed : ExitCode.ok;
};

const verify: Action = async (invocation, options) => {
  const flags = options as unknown as FileFlags;
  const opened = flags.target
    ? await openTarget(invocation, flags)
    : await openMigrations(invocation, flags, { orBuiltIn: true });
  const { verifyMigrations } = await import('../../migrate/index.ts');
  const scratchUrl = flags.scratch ?? opened.project.config.migrations.scratchUrl;
  const outcome = await withSpinner(invocation, 'up, down and up again on a scratch database', () =>
    verifyMigrations({ ...opened.options, scratchUrl, target: flags.target }),
  );
  await invocation.stdout.write(
    flags.json
      ? `${JSON.stringify(outcome, null, 2)}\n`
      : `${verifyText(outcome, styleFor(invocation.stdout), invocation.stdout.columns)}\n`,
  );
  return outcome.ok ? ExitCode.ok : ExitCode.checkFailed;
};

function verifyText(
  { scratch, migrations, objects, steps, ok }: VerifyOutcome,
  style: Style,
  columns: number,
): string {
  const mark = (holds: boolean | null) =>
    holds === null ? style.warn('skipped') : holds ? style.good('ok     ') : style.bad('differs');
  return [
    ...steps.flatMap(({ what, ok: holds, differences, skipped }) => [
      ...besideText(`${mark(holds)} `, skipped ? `${what}: not judged: ${skipped}` : what, columns),
      ...differences.flatMap((line) =>
        besideText('  ', line, columns, line.startsWith('-') ? style.bad : style.good),
      ),
    ]),
    ...(ok ? [] : [style.dim('- should be there, + is there')]),
    ...wrapText(`${migrations} migrations, ${objects} objects, on ${scratch}`, columns, 2),
  ].join('\n');
}

const types: Action = async (invocation, options) => {
  const { readFile } = await import('node:fs/promises');
  const flags = options as unknown as FileFlags;
  const { options: target, project } = await openMigrations(invocation, flags, { orBuiltIn: true });
  const { generateTypes } = await import('../../migrate/index.ts');
  const scratchUrl = flags.scratch ?? project.config.migrations.scratchUrl;
  const text = await generateTypes({ folder: target.folder, signal: target.signal, scratchUrl });
  if (!flags.out) {
    await invocation.stdout.write(text);
    return ExitCode.ok;
  }
  const file = path.resolve(invocation.cwd, flags.out);
  if (flags.check) {
    const fits = (await readFile(file, 'utf8').catch(() => '')) === text;
    await invocation.stdout.write(`${flags.out} ${fits ? 'is up to date' : 'is not up to date'}\n`);
    return fits ? ExitCode.ok : ExitCode.checkFailed;
  }
  await replaceFile(file, text);
  await invocation.stdout.write(`${flags.out} written\n`);
  return ExitCode.ok;
};

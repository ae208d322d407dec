import { ExitCode } from '../../base/exit-code.ts';
import { counted } from '../../check/counted.ts';
import { countIncomparable, type FlakyCheck, findFlaky } from '../../engine/history.ts';
import type { Action, CommandModule } from '../invocation.ts';
import { positive } from '../option-values.ts';
import { lineFor, styleFor } from '../style.ts';
import { aboutRecord, openHistory, runsWords } from './history.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .summary('show checks whose verdict changed without a code change')
    .description('Show the checks whose verdict changed without a code change.')
    .argument('[patterns...]', 'check IDs, areas or globs: api/health, database, web/*')
    .option('--flaky-after <number>', 'only checks that were flaky at least this often (1)', positive)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A check is flaky if it passes after a failed attempt, or if its verdict differs from the previous run at the same commit, with
unchanged files and the same settings. A waived failure counts as a failure; a skipped or blocked check has no verdict.
${aboutRecord.trim()}

Examples:
  $ meatymusic checks flaky
  $ meatymusic checks flaky 'web/*' --flaky-after 3
  $ meatymusic verify --fail-on-flaky --flaky-after 3`,
    );
  act(command, flaky);
};

const flaky: Action = async (invocation, { flakyAfter, json }, patterns) => {
  const { stdout } = invocation;
  const history = await openHistory(invocation, patterns);
  const found = findFlaky(history.entries, (flakyAfter as number | undefined) ?? 1);
  const incomparable = countIncomparable(history.entries);
  if (json) {
    const document = { flaky: found, notCompared: incomparable, problems: history.problems };
    await stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return ExitCode.ok;
  }
  const style = styleFor(stdout);
  const width = Math.max(0, ...found.map(({ check }) => check.length));
  for (const each of found) await stdout.write(lineFor(stdout, rowOf(each, width)));
  const count =
    found.length === 0
      ? 'no check is flaky'
      : `${counted(found.length, 'check')} ${found.length === 1 ? 'is' : 'are'} flaky`;
  await stdout.write(lineFor(stdout, `${count} in ${runsWords(history)}`, style.bold));
  if (incomparable > 0) {
    const what = `${counted(incomparable, 'run')} not compared with others: no commit, or changed files`;
    await stdout.write(lineFor(stdout, what, style.dim));
  }
  return ExitCode.ok;
};

function rowOf({ check, times, runs, rate, firstAt, lastAt, codes }: FlakyCheck, width: number): string {
  const share = `${times} of ${counted(runs, 'run')} (${Math.round(rate * 100)} %)`;
  const when =
    firstAt === lastAt
      ? `on ${shortTime(firstAt)}`
      : `first ${shortTime(firstAt)}, last ${shortTime(lastAt)}`;
  return `${check.padEnd(width)}  ${share}  ${when}  ${codes.join(', ')}`.trimEnd();
}

function shortTime(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

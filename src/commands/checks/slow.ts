import { formatDuration } from '../../base/duration.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { counted } from '../../check/counted.ts';
import { durationsOf } from '../../engine/history.ts';
import type { Action, CommandModule } from '../invocation.ts';
import { lineFor, styleFor } from '../style.ts';
import { aboutRecord, openHistory, runsWords } from './history.ts';

const shown = 20;

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .summary('show how long the checks take and which became slower')
    .description('Show how long the checks take and which became slower.')
    .argument('[patterns...]', 'check IDs, areas or globs: api/health, database, web/*')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The time of a check is the median of its last 5 passes at the first attempt. A check became slower if that is at least 1.5 times and 100 ms more
than the median of the up to 15 passes before them.
${aboutRecord.trim()}

Examples:
  $ meatymusic checks slow
  $ meatymusic checks slow --json | jq '.checks[] | select(.slowerThanMs)'`,
    );
  act(command, slow);
};

const slow: Action = async (invocation, { json }, patterns) => {
  const { stdout } = invocation;
  const history = await openHistory(invocation, patterns);
  const all = durationsOf(history.entries);
  if (json) {
    await stdout.write(`${JSON.stringify({ checks: all, problems: history.problems }, null, 2)}\n`);
    return ExitCode.ok;
  }
  const style = styleFor(stdout);
  const rows = all.filter(({ slowerThanMs }, at) => at < shown || slowerThanMs !== undefined);
  const width = Math.max(0, ...rows.map(({ check }) => check.length));
  for (const { check, medianMs, slowerThanMs, runs } of rows) {
    const more = slowerThanMs === undefined ? '' : `  slower: it took ${formatDuration(slowerThanMs)}`;
    const row = `${check.padEnd(width)}  ${formatDuration(medianMs).padStart(9)}  ${counted(runs, 'pass', 'passes')}${more}`;
    await stdout.write(lineFor(stdout, row, slowerThanMs === undefined ? String : style.warn));
  }
  const slower = all.filter(({ slowerThanMs }) => slowerThanMs !== undefined).length;
  const left = all.length > rows.length ? `, ${all.length - rows.length} more with --json` : '';
  const end = `${counted(slower, 'check')} became slower in ${runsWords(history)}${left}`;
  await stdout.write(lineFor(stdout, end, style.bold));
  return ExitCode.ok;
};

import type { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import type { RunResult } from '../check/result.ts';
import { folderReporterNames, reporterNames, withAbsoluteReporter } from '../reporters/index.ts';
import { mergeSaved } from '../reporters/merge-saved.ts';
import { readSavedResults } from '../reporters/saved-results.ts';
import { openProject } from './context.ts';
import type { Action, CommandModule, Invocation } from './invocation.ts';
import { several } from './option-values.ts';
import { mostSevereExitCode } from './process.ts';
import { lineFor } from './style.ts';
import { openReportsOf } from './verify/open-reports.ts';
import { writeReports } from './verify/reports.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description('Render saved results, and merge the shards of a run.')
    .argument('<results...>', 'result documents, blobs, or folders that contain them')
    .option(
      '--reporter <name[=file]>',
      `format of the report, and a file to write it to; repeatable (pretty): ${[...reporterNames, ...folderReporterNames].join(', ')}, or your own: ./mine.ts`,
      several,
    )
    .option('--json', 'same as --reporter json')
    .addHelpText(
      'after',
      `
\`verify\` writes results with --reporter json=file or --reporter blob=folder; a blob also contains the screenshots.
Exit codes: that of the run, or the most severe one of its shards; 2 if a shard or a check is missing, if the results do
not belong to one run, or if there is none; 78 if a result is damaged or of another version.

Examples:
  $ meatymusic verify --shard 1/3 --reporter blob=reports
  $ meatymusic report reports --reporter html=report.html
  $ meatymusic report result.json --reporter junit=report.xml`,
    );
  act(command, report);
};

const report: Action = async (invocation, options, names) => {
  const flags = options as { reporter?: string[]; json?: boolean };
  const own = (flags.reporter ?? []).map((text) => withAbsoluteReporter(text, invocation.cwd));
  const reporters = [...own, ...(flags.json ? ['json'] : [])];
  // Reporters of the configuration are those of a run: they would write its files again.
  const value = reporters.length > 0 ? reporters : ['pretty'];
  const project = await openProject(invocation, [{ path: 'verify.reporters', value, flag: '--reporter' }]);
  const reports = await openReportsOf(project, invocation.signal);
  const { results, ignored } = await readSavedResults(names, invocation.cwd);
  const { result, ...look } = mergeSaved(results);
  const faults = await writeReports(result, reports, invocation, look);
  const lines = [
    ...(ignored.length > 0 && invocation.verbose ? [`note: no results: ${ignored.join(', ')}`] : []),
    ...missingLines(result),
    ...faults.map(({ code, message }) => `error[${code}]: ${message}`),
  ];
  for (const line of lines) await print(invocation, line);
  return mostSevereExitCode([result.exitCode, ...faults.map(({ exitCode }) => exitCode)]) as ExitCode;
};

function missingLines({ merged }: RunResult): string[] {
  return (merged?.missing ?? []).map((what) => `error[incomplete]: ${what} is missing`);
}

async function print({ stderr }: Invocation, line: string): Promise<void> {
  await stderr.write(lineFor(stderr, safeLine(line, 1000)));
}

import path from 'node:path';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import { diffResults, type ResultDiff } from '../../engine/diff.ts';
import { readResult } from '../../session/read-result.ts';
import type { Action, CommandModule, Invocation } from '../invocation.ts';
import { lineFor, styleFor } from '../style.ts';
import { countsWords, markdownOf, sectionsOf } from './words.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description('Compare two saved results: new failures, fixed, flaky and slower checks, changed evidence.')
    .argument('<before>', 'saved with `verify --reporter json=file`')
    .argument('<after>', 'result to compare with it')
    .option('--markdown', 'print Markdown for a pull request')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A failure with a different code counts as new. A check that was blocked before and still is does not, nor does a waived
failure. Evidence is compared by status, headers, JSON structure, schemas and versions; values that differ with each request
are ignored.
Exit codes: 0 no new failure, 1 a required check fails that did not fail before, 2 invalid usage, 78 a file is not a result.

Examples:
  $ meatymusic diff main.json branch.json
  $ meatymusic diff local.json staging.json --markdown >> "$GITHUB_STEP_SUMMARY"`,
    );
  act(command, diff);
};

const diff: Action = async (invocation, { markdown, json }, [before = '', after = '']) => {
  const { cwd, stdout } = invocation;
  const read = (file: string) => readResult(path.resolve(cwd, file), cwd);
  const found = diffResults(read(before), read(after));
  if (json) await stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else if (markdown) await stdout.write(markdownOf(found, { before, after }));
  else await writeText(stdout, found);
  const fails = found.newFailures.some(({ level, is }) => level === 'required' || is.startsWith('error'));
  return fails ? ExitCode.checkFailed : ExitCode.ok;
};

async function writeText(stdout: Invocation['stdout'], found: ResultDiff): Promise<void> {
  const style = styleFor(stdout);
  for (const { title, rows, isBad } of sectionsOf(found)) {
    await stdout.write(lineFor(stdout, title, isBad ? style.bad : style.bold));
    for (const { id, text } of rows) {
      const line = `  ${[id, text].filter(Boolean).join('  ')}`;
      await stdout.write(lineFor(stdout, `  ${safeLine(line.trimStart(), 1000)}`));
    }
    await stdout.write('\n');
  }
  const paint = found.newFailures.length > 0 ? style.bad : style.good;
  await stdout.write(lineFor(stdout, countsWords(found), paint));
}

import { safeLine } from '../base/safe-text.ts';
import type { CheckResult } from '../check/result.ts';
import { noteLines } from './excluded-words.ts';
import { detailsOf, evidenceText, flakyWords, reasonOf } from './failure-text.ts';
import { inertJson } from './inert.ts';
import type { Reporter } from './reporter.ts';

/** TAP 14. Skipped and blocked checks are `# SKIP`, advisory failures `# TODO`, as TAP calls what may fail. */
export const tap: Reporter = {
  render(result) {
    const { checks, endedBy, nothingExamined } = result;
    const isEmpty = nothingExamined?.code === 'empty-shard';
    const why = isEmpty ? ` # SKIP ${nothingExamined.message}` : '';
    const lines = ['TAP version 14', `1..${checks.length}${why}`];
    for (const [index, check] of checks.entries()) lines.push(...testPoint(check, index + 1));
    lines.push(...noteLines(result).map((line) => `# ${safeLine(line)}`));
    if (endedBy) lines.push(`Bail out! ended by ${endedBy}`);
    const missing = result.merged?.missing ?? [];
    if (missing.length > 0) lines.push(`Bail out! ${safeLine(`${missing.join(', ')} is missing`)}`);
    if (nothingExamined && !isEmpty) lines.push(`Bail out! ${nothingExamined.message}`);
    return `${lines.join('\n')}\n`;
  },
};

function testPoint(check: CheckResult, number: number): string[] {
  const { status, id, title, failureTitle, level, flaky } = check;
  const text = `${id}: ${status === 'fail' || status === 'error' ? failureTitle : title}`;
  const point = `${number} - ${escaped(text)}`;
  if (status === 'pass' && flaky) return [`ok ${point}`, `# flaky: ${safeLine(flakyWords(check))}`];
  if (status === 'pass') return [`ok ${point}`];
  if (status === 'skip' || status === 'blocked') return [`ok ${point} # SKIP ${escaped(reasonOf(check))}`];
  if (status === 'waived') return [`not ok ${point} # TODO ${escaped(reasonOf(check))}`];
  const directive = level === 'advisory' && status === 'fail' ? ' # TODO advisory' : '';
  return [`not ok ${point}${directive}`, '  ---', ...diagnostics(check), '  ...'];
}

/** YAML in which every value is a JSON string: nothing in it can end the block or mean something. */
function diagnostics(check: CheckResult): string[] {
  const evidence = evidenceText(check);
  return [
    ...detailsOf(check).map(([name, text]) => `  ${name.replaceAll(' ', '_')}: ${quoted(text)}`),
    ...(evidence.length > 0 ? ['  evidence:', ...evidence.map((line) => `    - ${quoted(line)}`)] : []),
  ];
}

function quoted(text: string): string {
  return inertJson(JSON.stringify(text));
}

function escaped(text: string): string {
  return safeLine(text).replace(/[\\#]/g, '\\$&');
}

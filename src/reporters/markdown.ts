import { formatDuration } from '../base/duration.ts';
import { safeLine, safeText } from '../base/safe-text.ts';
import type { CheckResult, Status } from '../check/result.ts';
import { noteLines } from './excluded-words.ts';
import { detailsOf, evidenceText, flakyWords, reasonOf } from './failure-text.ts';
import type { Reporter } from './reporter.ts';
import { closingWords } from './summary-words.ts';

const signs: Record<Status, string> = {
  pass: '✅',
  fail: '❌',
  error: '💥',
  skip: '⏭️',
  blocked: '⛔',
  waived: '🟡',
};

/** For a pull request or a job's summary: failures first, then a table of all. */
export const markdown: Reporter = {
  render(result) {
    const { checks, durationMs, ok, stack, endedBy } = result;
    const failed = checks.filter(({ status }) => status === 'fail' || status === 'error');
    const ended = endedBy ? ` (ended by ${endedBy})` : '';
    const lines = [
      `## ${ok ? '✅' : '❌'} meatymusic: ${closingWords(result)}`,
      '',
      `In ${formatDuration(durationMs)}${ended}, on the ${stack.runtime} stack at ${code(stack.services.api.url)}.`,
      '',
      ...noteLines(result).flatMap((line) => [plain(line), '']),
      ...failed.flatMap(section),
      '| | check | result |',
      '|---|---|---|',
      ...checks.map(
        (check) =>
          `| ${signs[check.status]} | ${code(check.id)} ${plain(check.title)} | ${plain(cell(check))} |`,
      ),
    ];
    return `${lines.join('\n')}\n`;
  },
};

function cell(check: CheckResult): string {
  return `${reasonOf(check)}${flakyWords(check)}`;
}

function section(check: CheckResult): string[] {
  const evidence = evidenceText(check);
  return [
    `### ${signs[check.status]} ${plain(check.failureTitle)} (${code(check.id)})`,
    '',
    ...detailsOf(check).map(([name, text]) => `- **${name}**: ${plain(text)}`),
    '',
    ...(evidence.length > 0 ? fenced(evidence) : []),
  ];
}

/** A fence that is longer than every run of backticks inside. */
function fenced(lines: readonly string[]): string[] {
  const text = lines.map((line) => safeText(line)).join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, text, fence, ''];
}

function code(text: string): string {
  const line = safeLine(text, 300).replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${line} ${fence}` : `\`${line}\``;
}

/** Text in which nothing is a link, an image, a tag, a mention or a table cell. */
function plain(text: string): string {
  return safeLine(text, 600)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replace(/@/g, '&#64;')
    .replace(/(https?|ftp):\/\//gi, '$1&#58;//')
    .replace(/www\./gi, 'www&#46;');
}
